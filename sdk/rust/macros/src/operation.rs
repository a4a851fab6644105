//! `#[operation]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, ItemFn, Type};

use crate::attributes::{Choice, choices, doc_of};
use crate::parameters::{describe_all, plain_name, take_all};

const KNOWN: &str = "name, example, idempotent, hidden, alias_of, uses";

struct Options {
    name: Option<String>,
    examples: Vec<String>,
    idempotent: bool,
    hidden: bool,
    alias_of: TokenStream,
    uses: TokenStream,
}

impl Options {
    fn new(choices: &[Choice]) -> syn::Result<Self> {
        let mut options = Self {
            name: None,
            examples: Vec::new(),
            idempotent: true,
            hidden: false,
            alias_of: quote!(::std::option::Option::None),
            uses: quote!(&[]),
        };
        for choice in choices {
            match choice.name.to_string().as_str() {
                "name" => options.name = Some(choice.text()?.value()),
                "example" => options.examples.push(choice.text()?.value()),
                "idempotent" => options.idempotent = choice.flag()?,
                "hidden" => options.hidden = choice.flag()?,
                "alias_of" => {
                    let name = choice.text()?;
                    options.alias_of = quote!(::std::option::Option::Some(#name));
                }
                "uses" => {
                    let list = choice.value()?;
                    options.uses = quote!(&#list);
                }
                _ => return Err(choice.unknown(KNOWN)),
            }
        }
        Ok(options)
    }
}

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let options = Options::new(&choices(options)?)?;
    let mut function: ItemFn = syn::parse2(item)?;
    let mut arguments = function.sig.inputs.iter_mut();
    match arguments.next() {
        Some(FnArg::Typed(first)) if matches!(first.ty.as_ref(), Type::Reference(_)) => {}
        _ => {
            let message = "an operation takes `plan: &mut Plan` first";
            return Err(syn::Error::new_spanned(&function.sig.ident, message));
        }
    }
    let parameters = take_all(arguments)?;

    let (ident, visibility) = (&function.sig.ident, &function.vis);
    let name = options.name.clone().unwrap_or_else(|| plain_name(ident));
    let doc = doc_of(&function.attrs);
    let Options {
        examples,
        idempotent,
        hidden,
        alias_of,
        uses,
        ..
    } = &options;
    let describe = describe_all(&parameters);
    let decode = parameters.iter().map(crate::parameters::Parameter::decode);
    let variables = parameters.iter().map(|parameter| &parameter.ident);
    let type_doc = format!("The operation `{name}` in its namespace's table.");
    let attributes = &function.attrs;
    let operation_doc = quote!(#(#attributes)*);
    function.attrs.clear();

    Ok(quote! {
        #operation_doc
        #[allow(clippy::too_many_arguments, clippy::fn_params_excessive_bools)]
        #function

        #[doc = #type_doc]
        #[allow(non_camel_case_types)]
        #visibility enum #ident {}

        impl ::windlass_sdk::Operation for #ident {
            const NAME: &'static str = #name;

            fn info() -> ::windlass_sdk::describe::OperationInfo {
                ::windlass_sdk::describe::OperationInfo {
                    name: ::std::format!("{}.{}", crate::NAMESPACE.name, #name),
                    doc: #doc,
                    parameters: #describe,
                    idempotent: #idempotent,
                    hidden: #hidden,
                    alias_of: #alias_of,
                    examples: &[#(#examples),*],
                    uses: #uses,
                }
            }

            fn plan(
                plan: &mut ::windlass_sdk::Plan,
                mut __arguments: ::windlass_sdk::argument::Arguments,
            ) -> ::windlass_sdk::Result<()> {
                // Named before the parameters, one of which may have the operation's name.
                let __operation = #ident;
                #(#decode)*
                __arguments.finish()?;
                __operation(plan, #(#variables),*)
            }
        }
    })
}
