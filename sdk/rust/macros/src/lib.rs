//! The macros of the windlass SDK. They are documented where the SDK re-exports them; here is how each is made.

mod attributes;
mod export;
mod fact;
mod group;
mod operation;
mod parameters;
mod request;
mod selection;
mod shell;

use proc_macro::TokenStream;
use quote::quote;

/// Makes a function an operation.
///
/// The function takes a `&mut Plan`, then its parameters, and gives a `Result<()>`. Its doc comment is the
/// operation's; each parameter may have one too. A parameter that is an `Option` or a rest may be left out, another
/// when it has a `#[default(…)]`; `#[keyword]` makes one that is given by name only. `#[parameters]` marks one that
/// stands for a group of parameters: a struct that derives [`macro@Parameters`].
///
/// Options: `name = "…"` (else the function's), `example = "…"` (may be repeated), `idempotent = false`, `hidden`,
/// `alias_of = "namespace.operation"`, `uses = ["namespace.operation"]` (what it may nest).
#[proc_macro_attribute]
pub fn operation(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(operation::expand(options.into(), item.into()))
}

/// Makes a function a fact, and a type of the same name with which it is asked for and predicted.
///
/// The function takes the parameters, which are written as an operation's, and gives a `Source<Value>` or a `Result` of one.
///
/// Options: `name = "…"` (else the function's), `stability = immutable | state | volatile` (state), `default = EXPR`
/// (null), `requires = "program"`, `user_dependent`, `takes_command`, `globals = EXPR`, `example = "…"`.
///
/// `batch = N, together = FUNCTION` let up to N requests share one command: the function takes a `Vec` of the fact's type,
/// at least two, and gives a `Source` of their values in order. What can't be asked or read together, for which either
/// gives an error, is asked one by one.
#[proc_macro_attribute]
pub fn fact(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(fact::expand(options.into(), item.into()))
}

/// Declares types with which facts of other packs are asked for and predicted:
/// `pub Which("server.Which") { command: String } -> Option<String>;`
#[proc_macro]
pub fn fact_request(item: TokenStream) -> TokenStream {
    expand(request::expand(item.into()))
}

/// Makes a component of a crate: `export! { namespace: "files", operations: [file], facts: [File] }`, at its root.
///
/// It also makes `NAMESPACE`, with which native tests call what the component provides.
#[proc_macro]
pub fn export(item: TokenStream) -> TokenStream {
    expand(export::expand(item.into()))
}

/// Writes a shell command line: `shell!("chown {owner} {path}")`.
///
/// What stands in the literal is shell text; `{name}` and `{}` are arguments, which the host quotes. `{x:words}` is
/// a list of arguments, `{x:raw}` shell text, `{x:text}` another command line; `{{` and `}}` are braces.
#[proc_macro]
pub fn shell(item: TokenStream) -> TokenStream {
    expand(shell::expand(item.into()))
}

/// Makes a struct a selection of a fact's parts: each field reads `/its_name`, or the pointer in
/// `#[pointer("/…")]`.
#[proc_macro_derive(Selection, attributes(pointer))]
pub fn selection(item: TokenStream) -> TokenStream {
    expand(selection::expand(item.into()))
}

/// Makes a struct a group of parameters that several operations and facts share.
///
/// Each field is a parameter of that name, at the place where the group stands, with the attributes that a function's
/// parameter may have; `#[parameters]` makes one a group again.
#[proc_macro_derive(Parameters, attributes(default, keyword, parameters))]
pub fn parameters(item: TokenStream) -> TokenStream {
    expand(group::expand(item.into()))
}

fn expand(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| {
            let error = error.to_compile_error();
            quote!(#error)
        })
        .into()
}
