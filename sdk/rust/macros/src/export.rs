//! `export!`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, bracketed};

use crate::attributes::error_at;

#[derive(Default)]
struct Export {
    namespace: Option<LitStr>,
    operations: Vec<Path>,
    facts: Vec<Path>,
}

impl Parse for Export {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut export = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![:]>()?;
            match key.to_string().as_str() {
                "namespace" => export.namespace = Some(input.parse()?),
                "operations" => export.operations = paths(input)?,
                "facts" => export.facts = paths(input)?,
                _ => {
                    return Err(error_at(
                        key.span(),
                        "expected namespace, operations or facts",
                    ));
                }
            }
            if input.parse::<Option<Token![,]>>()?.is_none() {
                break;
            }
        }
        Ok(export)
    }
}

fn paths(input: ParseStream<'_>) -> syn::Result<Vec<Path>> {
    let list;
    bracketed!(list in input);
    Ok(Punctuated::<Path, Token![,]>::parse_terminated(&list)?
        .into_iter()
        .collect())
}

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let Export {
        namespace,
        operations,
        facts,
    } = syn::parse2(item)?;
    let namespace = namespace.ok_or_else(|| {
        error_at(
            proc_macro2::Span::call_site(),
            "say what the namespace is called: namespace: \"files\"",
        )
    })?;
    Ok(quote! {
        /// What this component provides.
        pub const NAMESPACE: ::windlass_sdk::Namespace = ::windlass_sdk::Namespace {
            name: #namespace,
            operations: &[#(::windlass_sdk::OperationEntry::of::<#operations>()),*],
            facts: &[#(::windlass_sdk::FactEntry::of::<#facts>()),*],
        };

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use ::windlass_sdk::guest;
            use ::windlass_sdk::guest::bindings::exports::windlass::plugin::{fact_source, operations};
            use ::windlass_sdk::guest::bindings::windlass::plugin::types;

            struct Component;

            impl operations::Guest for Component {
                fn describe() -> Vec<operations::OperationInfo> {
                    guest::describe_operations(&NAMESPACE)
                }

                fn plan(operation: String, args: String) -> Result<types::Planned, types::Error> {
                    guest::plan(&NAMESPACE, &operation, &args)
                }
            }

            impl fact_source::Guest for Component {
                fn describe() -> Vec<fact_source::FactInfo> {
                    guest::describe_facts(&NAMESPACE)
                }

                fn source(fact: String, args: Vec<String>) -> Result<fact_source::Origin, types::Error> {
                    guest::source(&NAMESPACE, &fact, &args)
                }

                fn parse(
                    fact: String,
                    args: Vec<String>,
                    output: fact_source::Raw,
                ) -> Result<Vec<String>, types::Error> {
                    guest::parse(&NAMESPACE, &fact, &args, output)
                }
            }

            ::windlass_sdk::guest::bindings::export_pure!(Component with_types_in ::windlass_sdk::guest::bindings);
        };
    })
}
