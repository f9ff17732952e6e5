//! What we know about wire shapes, prompts, text and token ids.
//!
//! No sockets, clock, threads or Python: time, ids and random seeds are handed in, so that every rule of
//! the protocol can be tested by calling a function. The way of a request, in order:
//!
//! ```text
//!  body -> wire -> prompt -> frame  => worker
//!  bytes <- reply <- stream <- frame <= worker
//! ```
#![forbid(unsafe_code)]

// What the properties in `tests` share names the core as any user of it does.
#[cfg(test)]
extern crate self as smgd_core;

mod fnv;
pub mod formats;
pub mod frame;
pub mod prompt;
pub mod reply;
pub mod stream;
pub mod wire;
