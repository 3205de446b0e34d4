"""The mailbox: takes every mail that Jiaoqi sends, keeps it, and shows it; nothing ever leaves this machine."""
