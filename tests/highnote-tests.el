;;; highnote-tests.el --- What highnote.el does, in a real Emacs  -*- lexical-binding: t; -*-

;; Run by test_emacs.py, which sets HIGHNOTE_COMMAND (words, one a line) and SMTP_PORT.

;;; Code:

(require 'ert)
(require 'smtpmail)
(require 'highnote)

(setq highnote-command (split-string (getenv "HIGHNOTE_COMMAND") "\n" t)
      user-full-name "Dean Alder"
      user-mail-address "dean@shop.example"
      message-send-mail-function #'message-smtpmail-send-it
      smtpmail-smtp-server "127.0.0.1"
      smtpmail-smtp-service (string-to-number (getenv "SMTP_PORT"))
      message-interactive t
      message-confirm-send nil
      message-default-charset 'utf-8)

(defconst highnote-tests-bad
  "Hi Martha 😀,\n\nAs I said on the phone, the refund takes five days. You should have read the returns page.\n\nKind regards,\nDean\n")

(defconst highnote-tests-good
  "Hi Martha,\n\nThank you for waiting. I sent the refund of 40 euros this morning, and it will be in your account by Friday, 4 December.\n\nKind regards,\nDean\n")

(defmacro highnote-tests-writing (subject text &rest body)
  "Run BODY in a message about SUBJECT with TEXT."
  (declare (indent 2))
  `(save-window-excursion
     (let ((buffer (generate-new-buffer "*message*")))
       (unwind-protect
           (with-current-buffer buffer
             (message-mode)
             (insert "From: Dean Alder <dean@shop.example>\nTo: martha@customer.example\nSubject: " ,subject "\n"
                     mail-header-separator "\n" ,text)
             (set-buffer-modified-p nil)
             ,@body)
         (when (buffer-live-p buffer)
           (with-current-buffer buffer (set-buffer-modified-p nil))
           (kill-buffer buffer))
         (when (get-buffer "*highnote*")
           (kill-buffer "*highnote*"))))))

(defun highnote-tests-report ()
  "The text of the report."
  (with-current-buffer "*highnote*" (buffer-string)))

(ert-deftest highnote-tests-bad-is-stopped-and-sent-anyway ()
  (highnote-mode 1)
  (highnote-tests-writing "bad" highnote-tests-bad
    (let ((said (cadr (should-error (message-send) :type 'user-error))))
      (should (string-match-p "2 findings" said))
      (should (string-match-p "highnote-send-anyway" said)))
    (should (string-match-p "error rebuke/as-i-said" (highnote-tests-report)))
    (should (string-match-p "\\+ The refund takes five days\\." (highnote-tests-report)))
    (should (string-match-p "As I said" (buffer-string)))
    (local-set-key (kbd "C-c C-c") #'message-send)
    (highnote-send-anyway)))

(ert-deftest highnote-tests-good-is-sent-whatever-the-quote-says ()
  (highnote-mode 1)
  (highnote-tests-writing "good"
      (concat highnote-tests-good "\nOn Fri, 20 Nov 2026, Martha wrote:\n> As I said on the phone, you should have read it.\n")
    (message-send)
    (should-not (get-buffer "*highnote*"))))

(ert-deftest highnote-tests-jump ()
  (highnote-tests-writing "jump" (concat "<#secure method=pgpmime mode=sign>\n" highnote-tests-bad)
    (let ((message (current-buffer)))
      (highnote-check)
      (with-current-buffer "*highnote*" (next-error 1 t))
      (should (eq (window-buffer) message))
      (should (looking-at "As I said on the phone"))
      (next-error)
      (should (looking-at "You should have read"))
      (should-error (next-error) :type 'user-error)
      (previous-error)
      (should (looking-at "As I said on the phone"))
      (set-buffer "*highnote*")
      (goto-char (point-min))
      (search-forward "customer-error")
      (highnote-goto)
      (should (looking-at "You should have read")))))

(ert-deftest highnote-tests-fix ()
  (highnote-tests-writing "fix" highnote-tests-bad
    (highnote-fix)
    (should (string-match-p "\n\nThe refund takes five days\\. You should" (buffer-string)))
    (should (string-match-p (regexp-quote mail-header-separator) (buffer-string)))
    (should-not (string-match-p "as-i-said" (highnote-tests-report)))))

(ert-deftest highnote-tests-region-of-any-buffer ()
  (with-temp-buffer
    (insert "As I said on the phone, it is here.\n\nHi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nKind regards,\nDean\n")
    (let ((transient-mark-mode t))
      (goto-char (point-max))
      (push-mark (save-excursion (goto-char (point-min)) (search-forward "Hi") (line-beginning-position)) t t)
      (let ((findings (highnote--findings (highnote-check))))
        (should (equal (length findings) 1))
        (should (> (alist-get 'start (car findings)) 40)))))
  (kill-buffer "*highnote*"))

(ert-deftest highnote-tests-trouble-holds-or-sends ()
  (highnote-mode 1)
  (let ((highnote-command '("highnote-that-is-not-there")))
    (highnote-tests-writing "held" highnote-tests-good
      (let ((said (cadr (should-error (message-send) :type 'user-error))))
        (should (string-match-p "could not check" said))))
    (let ((highnote-on-error 'send))
      (highnote-tests-writing "trouble" highnote-tests-good
        (message-send)))))

(ert-deftest highnote-tests-mode-off ()
  (highnote-mode 1)
  (highnote-mode -1)
  (should-not (memq #'highnote-check-before-send message-send-hook)))

(ert-deftest highnote-tests-notmuch ()
  (skip-unless (require 'notmuch nil t))
  (highnote-mode 1)
  (highnote-tests-writing "notmuch" highnote-tests-bad
    (notmuch-message-mode)
    (should-error (notmuch-mua-send) :type 'user-error)
    (should (string-match-p "as-i-said" (highnote-tests-report)))))

;;; highnote-tests.el ends here
