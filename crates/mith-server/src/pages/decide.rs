//! `POST /models/{model}/revisions/{revision}`: the buttons of a revision's page.

use axum::extract::{RawPathParams, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::guard::Form;
use super::{Visitor, error_page};
use crate::api;
use crate::api::revisions::decide::{Change, decide};
use crate::error::ApiError;
use crate::state::SharedState;

/// Does what the API does, and shows the page again.
pub(super) async fn submit(
    State(state): State<SharedState>,
    visitor: Visitor,
    params: RawPathParams,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let change = async {
        visitor.check_form(&headers, form.value("csrf"))?;
        let change = Change::parse(form.value("change"))
            .ok_or_else(|| ApiError::bad_request("press one of the buttons"))?;
        let record = api::revision(state.store.as_ref(), &params).await?;
        decide(
            &state,
            visitor.identity(),
            record,
            change,
            form.value("reason"),
        )
        .await
    };
    match change.await {
        Ok(record) => {
            let address = format!("/models/{}/revisions/{}", record.repo, record.revision);
            Redirect::to(&address).into_response()
        }
        Err(error) => {
            let back = match api::repo(&params) {
                Ok(repo) => format!("/models/{repo}"),
                Err(_) => "/".to_owned(),
            };
            error_page(visitor, &error, &back)
        }
    }
}
