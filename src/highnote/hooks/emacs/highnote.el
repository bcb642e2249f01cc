;;; highnote.el --- Read a support reply before it is sent  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: mail

;;; Commentary:

;; `highnote-mode' reads every message before it goes out, in message-mode and
;; what is built on it (Gnus, notmuch, mu4e).  A message that might upset the
;; customer is not sent; the buffer *highnote* says why and what to write
;; instead.  The quoted message is read as the customer's; it is not judged.
;;
;;   (load (string-trim (shell-command-to-string "highnote hook emacs")))
;;   (highnote-mode)
;;
;; `highnote-check' reads the buffer (or the region) without sending,
;; `highnote-fix' applies the safe rewrites, `highnote-send-anyway' sends the
;; message as it is.

;;; Code:

(require 'json)
(require 'message)
(require 'seq)

(defgroup highnote nil
  "Read a support reply before it is sent."
  :group 'mail
  :prefix "highnote-")

(defcustom highnote-command '("highnote" "hook" "sendmail" "--report")
  "The command that reads a mail on its input and reports in JSON.
It asks a resident process where one is there; with the option
\"--resident\" it starts one, so that the next message takes less time."
  :type '(repeat string))

(defcustom highnote-on-error 'hold
  "What happens to a message that could not be checked: `hold' it or `send' it."
  :type '(choice (const :tag "Hold it" hold) (const :tag "Send it, and say so" send)))

(defface highnote-mark '((t :inherit highlight))
  "What a finding is about, in the message.")

(defconst highnote--tag "<#/?\\(?:part\\|multipart\\|secure\\|mml\\|external\\)\\(?:[ >][^>]*\\)?>"
  "What `message-mode' writes for attachments and signatures.")

(defvar highnote--allowed nil
  "Non-nil while a message is sent as it is.")

(defvar-local highnote--source nil
  "In a report: the buffer that it is about.")

(defvar-local highnote--at 1
  "In a report: where the finding begins that was gone to last.")

;;;; Reading a draft

(defun highnote--bounds ()
  "Where the text of the draft begins and ends."
  (cond ((use-region-p) (cons (region-beginning) (region-end)))
        ((derived-mode-p 'message-mode)
         (cons (save-excursion (message-goto-body) (point)) (point-max)))
        (t (cons (point-min) (point-max)))))

(defun highnote--head ()
  "The head of a mail whose body is the draft, so that its writer is known."
  (let ((from (or (and (derived-mode-p 'message-mode) (message-field-value "From"))
                  (message-make-from))))
    (format "From: %s\nSubject:\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
            (replace-regexp-in-string "[\n\r]+[ \t]*" " " from))))

(defun highnote--without-tags (text)
  "TEXT with blanks for the tags of `message-mode', so that places stay the same."
  (replace-regexp-in-string
   highnote--tag (lambda (tag) (make-string (length tag) ?\s)) text t t))

(defun highnote--run (input)
  "Have highnote read INPUT, a mail; an error where it could not."
  (let* ((errors (make-temp-file "highnote"))
         (coding-system-for-read 'utf-8-unix)
         (coding-system-for-write 'utf-8-unix))
    (unwind-protect
        (with-temp-buffer
          (insert input)
          (let ((status (apply #'call-process-region (point-min) (point-max) (car highnote-command)
                               t (list t errors) nil (cdr highnote-command))))
            (unless (memq status '(0 1))
              (error "%s" (with-temp-buffer
                            (insert-file-contents errors)
                            (let ((said (string-trim (buffer-string))))
                              (if (string-empty-p said) (format "it ended with status %s" status) said)))))
            (goto-char (point-min))
            (let ((json-array-type 'list) (json-false nil))
              (car (alist-get 'drafts (json-read))))))
      (delete-file errors))))

(defun highnote--findings (draft)
  "The findings in DRAFT, a result of `highnote--read'."
  (alist-get 'findings draft))

(defun highnote--read ()
  "Read the draft in this buffer.
What highnote says of it, its places being positions in this buffer."
  (let* ((bounds (highnote--bounds))
         (head (highnote--head))
         (shift (- (car bounds) (length head)))
         (text (buffer-substring-no-properties (car bounds) (cdr bounds)))
         (draft (highnote--run (concat head (highnote--without-tags text)))))
    (dolist (finding (highnote--findings draft) draft)
      (highnote--shift finding shift)
      (dolist (suggestion (alist-get 'suggestions finding))
        (dolist (edit (alist-get 'edits suggestion))
          (highnote--shift edit shift))))))

(defun highnote--shift (span by)
  "Move the start and the end of SPAN BY places."
  (dolist (key '(start end))
    (let ((cell (assq key span)))
      (setcdr cell (max (point-min) (min (point-max) (+ (cdr cell) by)))))))

;;;; The report

(defvar highnote-report-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "RET") #'highnote-goto)
    (define-key map [mouse-2] #'highnote-goto)
    (define-key map "n" #'next-error-no-select)
    (define-key map "p" #'previous-error-no-select)
    (define-key map "f" #'highnote-fix)
    map)
  "Keys of a report.")

(define-derived-mode highnote-report-mode special-mode "highnote"
  "What might upset the reader of a message, and what to write instead.

\\{highnote-report-mode-map}"
  (setq truncate-lines nil)
  (visual-line-mode)
  (setq next-error-function #'highnote--next))

(defun highnote--show (draft source)
  "Show what highnote says of DRAFT, the text of the buffer SOURCE."
  (let ((findings (highnote--findings draft)))
    (with-current-buffer (get-buffer-create "*highnote*")
      (highnote-report-mode)
      (setq highnote--source source)
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (if findings
                    (substitute-command-keys
                     "\\<highnote-report-mode-map>\\[highnote-goto] goes there, \\[highnote-fix] applies the safe rewrites.\n\n")
                  "Nothing to mend.\n"))
        (mapc #'highnote--insert findings)
        (goto-char (point-min)))
      (setq next-error-last-buffer (current-buffer))
      (display-buffer (current-buffer)))))

(defun highnote--insert (finding)
  "Insert a paragraph about FINDING."
  (let ((begin (point))
        (place (with-current-buffer highnote--source
                 (copy-marker (alist-get 'start finding))))
        (length (- (alist-get 'end finding) (alist-get 'start finding)))
        (level (alist-get 'level finding)))
    (insert (propertize (format "%s %s" level (alist-get 'rule finding))
                        'face (if (equal level "error") 'error 'warning))
            "\n")
    (unless (string-empty-p (alist-get 'sentence finding))
      (insert "  | " (alist-get 'sentence finding) "\n"))
    (insert "  " (alist-get 'message finding) "\n"
            (propertize (format "  Why: %s\n" (alist-get 'why finding)) 'face 'shadow))
    (seq-mapn #'highnote--insert-suggestion (alist-get 'suggestions finding) (alist-get 'rewrites finding))
    (put-text-property begin (point) 'highnote-place (cons place length))
    (put-text-property begin (point) 'mouse-face 'highlight)
    (insert "\n")))

(defun highnote--insert-suggestion (suggestion changes)
  "Insert SUGGESTION and its CHANGES, or a hint where there are none."
  (let ((label (alist-get 'label suggestion)))
    (if (null changes)
        (insert "  Hint: " label "\n")
      (insert (format "  %s (%s):\n" (if (alist-get 'safe suggestion) "Instead" "For example") label))
      (dolist (change changes)
        (dolist (line '((before "  - " diff-removed) (after "  + " diff-added)))
          (let ((text (alist-get (car line) change)))
            (unless (string-empty-p text)
              (insert (propertize (concat (nth 1 line) text) 'face (nth 2 line)) "\n"))))))))

(defun highnote-goto (&optional event)
  "Go to the place that the finding at point (or at the mouse EVENT) is about."
  (interactive (list last-nonmenu-event))
  (when (mouse-event-p event)
    (mouse-set-point event))
  (let ((place (get-text-property (point) 'highnote-place)))
    (unless place
      (user-error "There is no finding here"))
    (unless (buffer-live-p highnote--source)
      (user-error "The message is no longer there"))
    (pop-to-buffer highnote--source)
    (goto-char (car place))
    (when (fboundp 'pulse-momentary-highlight-region)
      (pulse-momentary-highlight-region (car place) (+ (car place) (cdr place)) 'highnote-mark))))

(defun highnote--next (count &optional reset)
  "Go to the place of the finding COUNT further on; from the first one where RESET."
  (goto-char (cond (reset (point-min))
                   ((eq (window-buffer) (current-buffer)) (point)) ; where the reader has gone to
                   (t highnote--at)))
  (dotimes (_ (abs count))
    (let ((next (if (< count 0) (highnote--previous-start) (highnote--next-start))))
      (unless next
        (user-error "There are no more findings"))
      (goto-char next)))
  (setq highnote--at (point))
  (dolist (window (get-buffer-window-list nil nil t))
    (set-window-point window highnote--at))
  (highnote-goto))

(defun highnote--next-start ()
  "Where the next finding begins."
  (let ((end (if (get-text-property (point) 'highnote-place)
                 (next-single-property-change (point) 'highnote-place nil (point-max))
               (point))))
    (text-property-not-all end (point-max) 'highnote-place nil)))

(defun highnote--previous-start ()
  "Where the finding before begins."
  (let ((at (save-excursion
              (when (get-text-property (point) 'highnote-place)
                (goto-char (previous-single-property-change (1+ (point)) 'highnote-place nil (point-min))))
              (previous-single-property-change (point) 'highnote-place))))
    (and at (if (get-text-property at 'highnote-place)
                at
              (previous-single-property-change at 'highnote-place nil (point-min))))))

;;;; Commands

;;;###autoload
(defun highnote-check ()
  "Read the message (or the region), and show what might upset its reader.
Return what highnote says of it."
  (interactive)
  (let ((draft (highnote--read)))
    (highnote--show draft (current-buffer))
    (when (called-interactively-p 'interactive)
      (message "highnote: %s" (highnote--count draft)))
    draft))

(defun highnote--count (draft)
  "How many findings DRAFT has, in words."
  (pcase (length (highnote--findings draft))
    (0 "nothing to mend")
    (1 "1 finding")
    (number (format "%d findings" number))))

;;;###autoload
(defun highnote-fix ()
  "Apply the safe rewrites to the message, then read it again."
  (interactive)
  (with-current-buffer (or highnote--source (current-buffer))
    (let* ((safe (delq nil (mapcar (lambda (finding)
                                     (seq-find (lambda (suggestion) (alist-get 'safe suggestion))
                                               (alist-get 'suggestions finding)))
                                   (highnote--findings (highnote--read)))))
           (edits (sort (apply #'append (mapcar (lambda (suggestion) (alist-get 'edits suggestion)) safe))
                        (lambda (one other) (> (alist-get 'start one) (alist-get 'start other)))))
           (limit (point-max)))
      (atomic-change-group
        (dolist (edit edits)
          (when (<= (alist-get 'end edit) limit) ; those that overlap a later one wait for the next time
            (save-excursion
              (goto-char (alist-get 'start edit))
              (insert-before-markers (alist-get 'text edit))
              (delete-region (point) (+ (point) (- (alist-get 'end edit) (alist-get 'start edit)))))
            (setq limit (alist-get 'start edit)))))
      (highnote-check)
      (message "highnote: %s" (if safe "the safe rewrites are applied" "there is no safe rewrite")))))

;;;###autoload
(defun highnote-send-anyway ()
  "Send the message as it is."
  (interactive)
  (let ((highnote--allowed t))
    (call-interactively (or (key-binding (kbd "C-c C-c")) #'message-send-and-exit))))

(defun highnote-check-before-send ()
  "Stop a message that might upset its reader; for `message-send-hook'."
  (unless highnote--allowed
    (let ((draft (condition-case trouble
                     (highnote--read)
                   (error (highnote--unchecked (error-message-string trouble)) nil))))
      (when (and draft (not (alist-get 'passes draft)))
        (highnote--show draft (current-buffer))
        (user-error "Not sent: %s, see *highnote*; M-x highnote-send-anyway sends it as it is"
                    (highnote--count draft))))))

(defun highnote--unchecked (why)
  "Hold or send a message that could not be checked, and say WHY."
  (if (eq highnote-on-error 'send)
      (display-warning 'highnote (format "Sent unchecked: %s" why))
    (user-error "Not sent, highnote could not check it: %s; M-x highnote-send-anyway sends it" why)))

;;;###autoload
(define-minor-mode highnote-mode
  "Read every message before it is sent."
  :global t
  (if highnote-mode
      (add-hook 'message-send-hook #'highnote-check-before-send)
    (remove-hook 'message-send-hook #'highnote-check-before-send)))

(provide 'highnote)

;;; highnote.el ends here
