"""E-mail: a mailbox is read over IMAP, answers leave by SMTP; mail services may hand mails in by webhook instead."""
