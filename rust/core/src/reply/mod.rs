//! Events -> chat: chunks to send, or one folded object.
