//! Foreign protocols: what phones' programs send is read here and handed to the same services as the native API.

pub mod trackers;
