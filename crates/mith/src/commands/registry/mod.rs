//! `mith registry …`: the client side of the registry.

mod add;
mod folder;

use mith_core::ExitCode;
use serde_json::Value;

use crate::cli::{
    ClientArgs, ListArgs, RegistryArgs, RegistryCommand, RegistryFormat, ReviewArgs, ShowArgs,
};
use crate::client::{Client, DEFAULT_SERVER, Review, same_server};
use crate::config::Config;
use crate::env;
use crate::error::Failure;
use crate::output::{Terminal, json, registry};

/// Runs one command against the registry.
///
/// # Errors
/// What the folder, the network or the server said.
pub fn run(arguments: &RegistryArgs, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let client = connect(&arguments.client, terminal)?;
    let format = arguments.client.format;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(anyhow::Error::from(error).context("start the network client"))
        })?;
    let printer = Printer {
        terminal,
        format,
        server: client.server().to_owned(),
    };
    runtime.block_on(async {
        match &arguments.command {
            RegistryCommand::Add(add) => add::run(&client, add, &printer).await,
            RegistryCommand::List(list) => self::list(&client, list, &printer).await,
            RegistryCommand::Show(show) => self::show(&client, show, &printer).await,
            RegistryCommand::Approve(review) => {
                self::review(&client, Review::Approve, review, &printer).await
            }
            RegistryCommand::Deny(review) => {
                self::review(&client, Review::Deny, review, &printer).await
            }
            RegistryCommand::Withdraw(review) => {
                self::review(&client, Review::Withdraw, review, &printer).await
            }
        }
    })
}

/// How answers reach the reader.
struct Printer<'a> {
    terminal: &'a Terminal,
    format: RegistryFormat,
    server: String,
}

impl Printer<'_> {
    /// The server's object, or the text that `human` makes of it.
    fn print(&self, raw: &Value, human: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.format {
            RegistryFormat::Json => self.terminal.write_data(|out| json::write(out, raw)),
            RegistryFormat::Human => self.terminal.data(&human()),
        }
    }
}

fn connect(arguments: &ClientArgs, terminal: &Terminal) -> Result<Client, Failure> {
    let config = Config::load()?;
    let server = match (&arguments.server, &config.client.server) {
        (Some(server), _) => server.clone(),
        (None, Some(server)) => {
            // A token is about to be sent there, and whoever wrote the file chose the address.
            terminal.note(format!(
                "the registry is {server}, as {} says",
                config.whence()
            ));
            server.clone()
        }
        (None, None) => DEFAULT_SERVER.to_owned(),
    };
    let token = token(arguments, &server)?;
    Client::new(&server, token)
}

fn token(arguments: &ClientArgs, server: &str) -> Result<Option<String>, Failure> {
    if let Some(path) = &arguments.token_file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(
                anyhow::Error::from(error)
                    .context(format!("read the token file `{}`", path.display())),
            )
        })?;
        return Ok(Some(
            text.lines().next().unwrap_or_default().trim().to_owned(),
        ));
    }
    if let Some(token) = &arguments.token {
        return Ok(Some(token.clone()));
    }
    // The token of a public hub must never reach another server, so the two variables go together or not at all.
    let endpoint = std::env::var(env::HF_ENDPOINT).unwrap_or_default();
    if same_server(&endpoint, server) {
        return Ok(std::env::var(env::HF_TOKEN)
            .ok()
            .filter(|token| !token.is_empty()));
    }
    Ok(None)
}

async fn list(
    client: &Client,
    arguments: &ListArgs,
    printer: &Printer<'_>,
) -> Result<ExitCode, Failure> {
    let answer = client
        .models(arguments.search.as_deref(), arguments.limit)
        .await?;
    printer.print(&answer.raw, || {
        registry::list(
            &answer.typed,
            printer.terminal.paint(),
            printer.terminal.width(),
        )
    })?;
    Ok(ExitCode::Clean)
}

async fn show(
    client: &Client,
    arguments: &ShowArgs,
    printer: &Printer<'_>,
) -> Result<ExitCode, Failure> {
    let revision = client
        .revision(&arguments.name, &arguments.revision)
        .await?;
    if printer.format == RegistryFormat::Json {
        printer.print(&revision.raw, String::new)?;
        return Ok(ExitCode::Clean);
    }
    let model = client.model(&arguments.name).await?;
    let paint = printer.terminal.paint();
    let mut text = registry::revision(&revision.typed, &printer.server, paint);
    text.push_str(&registry::history(&model.typed, &revision.typed, paint));
    printer.terminal.data(&text)?;
    Ok(ExitCode::Clean)
}

async fn review(
    client: &Client,
    review: Review,
    arguments: &ReviewArgs,
    printer: &Printer<'_>,
) -> Result<ExitCode, Failure> {
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(Failure::usage("`--reason` is empty")
            .hint("say why; the audit log and the developers get to read it"));
    }
    let answer = client
        .review(&arguments.name, &arguments.revision, review, reason)
        .await?;
    printer.print(&answer.raw, || {
        registry::revision(&answer.typed, &printer.server, printer.terminal.paint())
    })?;
    Ok(ExitCode::Clean)
}
