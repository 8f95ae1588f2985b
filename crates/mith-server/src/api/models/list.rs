//! `GET /models`

use axum::Json;
use axum::extract::{Query, State};
use mith_store::{ListModels, Listing};
use serde::Deserialize;

use crate::api::view;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::SharedState;
use crate::wire::ModelList;

/// The words of the query.
#[derive(Deserialize)]
pub(crate) struct Question {
    search: Option<String>,
    limit: Option<u32>,
    after: Option<String>,
}

/// The newest revision of each model whose name holds the words asked for.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(_): Caller,
    question: Result<Query<Question>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ModelList>, ApiError> {
    let Query(question) = question.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let after = question.after.map(|after| after.parse()).transpose()?;
    let models = state
        .store
        .list_models(ListModels {
            search: question.search,
            listing: Listing::All,
            after,
            limit: question.limit.unwrap_or(0),
        })
        .await?;
    let models = models.into_iter().map(view::summary).collect();
    Ok(Json(ModelList { models }))
}
