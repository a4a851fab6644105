//! `#[fact]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ItemFn, ReturnType};

use crate::attributes::{Choice, choices, doc_of};
use crate::parameters::{Parameter, describe_all, plain_name, take_all};

const KNOWN: &str = "name, stability, default, requires, user_dependent, takes_command, batch, together, globals, example";

struct Options {
    name: Option<String>,
    stability: TokenStream,
    default: TokenStream,
    requires: TokenStream,
    user_dependent: bool,
    takes_command: bool,
    batch: Option<Expr>,
    together: Option<Expr>,
    globals: TokenStream,
    examples: Vec<String>,
}

impl Options {
    fn new(choices: &[Choice]) -> syn::Result<Self> {
        let mut options = Self {
            name: None,
            stability: quote!(State),
            default: quote!(::windlass_sdk::reexport::serde_json::Value::Null),
            requires: quote!(::std::option::Option::None),
            user_dependent: false,
            takes_command: false,
            batch: None,
            together: None,
            globals: json(&quote!({})),
            examples: Vec::new(),
        };
        for choice in choices {
            match choice.name.to_string().as_str() {
                "name" => options.name = Some(choice.text()?.value()),
                "stability" => options.stability = stability(&choice.value()?)?,
                "default" => options.default = json(choice.tokens()?),
                "requires" => {
                    let program = choice.text()?;
                    options.requires = quote!(::std::option::Option::Some(#program));
                }
                "user_dependent" => options.user_dependent = choice.flag()?,
                "takes_command" => options.takes_command = choice.flag()?,
                "batch" => options.batch = Some(choice.value()?),
                "together" => options.together = Some(choice.value()?),
                "globals" => options.globals = json(choice.tokens()?),
                "example" => options.examples.push(choice.text()?.value()),
                _ => return Err(choice.unknown(KNOWN)),
            }
        }
        Ok(options)
    }
}

fn json(value: &TokenStream) -> TokenStream {
    quote!(::windlass_sdk::reexport::serde_json::json!(#value))
}

fn stability(value: &Expr) -> syn::Result<TokenStream> {
    let Expr::Path(path) = value else {
        return Err(not_a_stability(value));
    };
    match path.path.get_ident().map(ToString::to_string).as_deref() {
        Some("immutable") => Ok(quote!(Immutable)),
        Some("state") => Ok(quote!(State)),
        Some("volatile") => Ok(quote!(Volatile)),
        _ => Err(not_a_stability(value)),
    }
}

fn not_a_stability(value: &Expr) -> syn::Error {
    syn::Error::new_spanned(value, "expected immutable, state or volatile")
}

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let options = Options::new(&choices(options)?)?;
    let mut function: ItemFn = syn::parse2(item)?;
    let parameters = take_all(function.sig.inputs.iter_mut())?;
    let ReturnType::Type(_, returned) = &function.sig.output else {
        return Err(syn::Error::new_spanned(
            &function.sig.ident,
            "a fact gives a `Source<Value>`",
        ));
    };

    let (ident, visibility, body) = (&function.sig.ident, &function.vis, &function.block);
    let name = options.name.clone().unwrap_or_else(|| plain_name(ident));
    let (doc, attributes) = (doc_of(&function.attrs), &function.attrs);
    let (batch, together) = match (&options.batch, &options.together) {
        (None, None) => (quote!(1), TokenStream::new()),
        (Some(batch), Some(function)) => (
            quote!(#batch),
            quote! {
                fn together(
                    requests: ::std::vec::Vec<Self>,
                ) -> ::windlass_sdk::Result<
                    ::windlass_sdk::fact::Source<::std::vec::Vec<Self::Value>>,
                > {
                    ::windlass_sdk::fact::IntoSource::into_source(#function(requests))
                }
            },
        ),
        (Some(alone), None) | (None, Some(alone)) => {
            return Err(syn::Error::new_spanned(
                alone,
                "`batch`, how many requests one command serves, and `together`, the function that asks for them, need each other",
            ));
        }
    };
    let Options {
        stability,
        default,
        requires,
        user_dependent,
        takes_command,
        globals,
        examples,
        ..
    } = &options;
    let describe = describe_all(&parameters);
    let decode = parameters.iter().map(Parameter::decode);
    let encode: Vec<_> = parameters.iter().map(Parameter::encode).collect();
    let fields: Vec<_> = parameters
        .iter()
        .map(|parameter| &parameter.ident)
        .collect();
    let types: Vec<_> = parameters.iter().map(|parameter| &parameter.ty).collect();
    let docs = parameters.iter().map(|parameter| &parameter.doc);
    let inputs = &function.sig.inputs;

    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq)]
        #visibility struct #ident {
            #(#[doc = #docs] pub #fields: #types,)*
        }

        impl ::windlass_sdk::fact::Fact for #ident {
            type Value = <#returned as ::windlass_sdk::fact::IntoSource>::Value;

            fn name() -> ::std::string::String {
                ::std::format!("{}.{}", crate::NAMESPACE.name, #name)
            }

            #[allow(unused_mut)]
            fn args(&self) -> ::windlass_sdk::reexport::serde_json::Value {
                let mut __arguments = ::windlass_sdk::reexport::serde_json::Map::new();
                #(#encode)*
                ::windlass_sdk::reexport::serde_json::Value::Object(__arguments)
            }
        }

        impl ::windlass_sdk::fact::ProvidedFact for #ident {
            const NAME: &'static str = #name;

            fn info() -> ::windlass_sdk::describe::FactInfo {
                ::windlass_sdk::describe::FactInfo {
                    name: <Self as ::windlass_sdk::fact::Fact>::name(),
                    doc: #doc,
                    parameters: #describe,
                    default: #default,
                    stability: ::windlass_sdk::describe::Stability::#stability,
                    requires: #requires,
                    user_dependent: #user_dependent,
                    takes_command: #takes_command,
                    batch: #batch,
                    globals: #globals,
                    examples: &[#(#examples),*],
                }
            }

            #[allow(unused_mut)]
            fn read(given: ::windlass_sdk::reexport::serde_json::Value) -> ::windlass_sdk::Result<Self> {
                let mut __arguments = ::windlass_sdk::argument::Arguments::new(given)?;
                #(#decode)*
                __arguments.finish()?;
                ::std::result::Result::Ok(Self { #(#fields),* })
            }

            fn source(&self) -> ::windlass_sdk::Result<::windlass_sdk::fact::Source<Self::Value>> {
                #[allow(clippy::too_many_arguments, clippy::fn_params_excessive_bools)]
                fn source(#inputs) -> #returned #body
                let Self { #(#fields),* } = self;
                ::windlass_sdk::fact::IntoSource::into_source(source(
                    #(::std::clone::Clone::clone(#fields)),*
                ))
            }

            #together
        }
    })
}
