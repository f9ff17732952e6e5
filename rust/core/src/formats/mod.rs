//! One declaration per model family: markers, states, value codec, ids.
