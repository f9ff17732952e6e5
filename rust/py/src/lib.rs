//! `smgd._core`: Python types in, Python types out. Decides nothing.

mod asked;
mod error;
mod event;
mod formats;
mod frame;
mod json;
mod model;
mod parse;
mod parser;
mod replies;
mod template;
mod ticket;
mod tokenizer;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    use pyo3::prelude::*;
    use smgd_core::frame::{HEADER_BYTES, MAX_FRAME_BYTES};

    #[pymodule_export]
    use crate::frame::{
        PyFault, PyReady, PyState, PySubmit, PyTokens, decode_frame, encode_abort, encode_error,
        encode_ready, encode_state, encode_tokens, frame_kind, frame_length,
    };

    #[pymodule_export]
    use crate::asked::{PyAsked, PyConversation};

    #[pymodule_export]
    use crate::event::PyEvent;

    #[pymodule_export]
    use crate::formats::{PyFormat, formats, reasoning_parsers, tool_call_parsers};

    #[pymodule_export]
    use crate::model::{PyModel, PyPrepared};

    #[pymodule_export]
    use crate::parse::{
        PyReply, PyToolCall, parse_reasoning_complete, parse_reply, parse_tool_call_complete,
    };

    #[pymodule_export]
    use crate::parser::PyReplyParser;

    #[pymodule_export]
    use crate::replies::{PyChunk, PyReplies, PyStep, failed, replay};

    #[pymodule_export]
    use crate::template::PyChatTemplate;

    #[pymodule_export]
    use crate::ticket::PyTicket;

    #[pymodule_export]
    use crate::tokenizer::{PyDecoder, PyTokenizer};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::error::hide_panic_messages();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("Error", crate::error::class(module.py())?)?;
        module.add("HEADER_BYTES", HEADER_BYTES)?;
        module.add("MAX_FRAME_BYTES", MAX_FRAME_BYTES)
    }
}
