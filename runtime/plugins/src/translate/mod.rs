//! Translation between the contract's types and the engine's own.
//!
//! What a guest gives is checked here: JSON must be JSON, and kinds that only a later version knows are refused.

mod describe;
mod fact;
mod planned;
mod refused;
mod shared;

pub(crate) use describe::{fact_info, operation_info};
pub(crate) use fact::{origin, raw, request, values};
pub(crate) use planned::{atom, download, nested, planned, shell, upload};
pub(crate) use refused::{Refused, guest_error, json, wit_error};
