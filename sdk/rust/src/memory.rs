//! The allocator of guests. The standard library's asks the host for more memory at once; this one begins with what
//! the module has between its data and its first size (`--initial-memory` of the linker). Each time a guest's memory
//! grows costs the host more than most guests compute.

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;
