//! Which incidents go where.

use std::collections::BTreeSet;

use nightbell_domain::audit::Action;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::notify::ChannelId;
use nightbell_domain::route::Route;

use super::policies::{Kept, Policy};
use super::{Services, unstored};
use crate::error::ServiceError;
use crate::store::PolicyKind;

impl Policy for Route {
    const KIND: PolicyKind = PolicyKind::Route;
    const MOST: i64 = 100;
    const MANY: &'static str = "routes";
    const ONE: &'static str = "route";
}

impl Services {
    /// Adds a route.
    pub async fn create_route(
        &self,
        principal: &Principal,
        route: Route,
    ) -> Result<Kept<Route>, ServiceError> {
        self.check_route(principal.project, &route).await?;
        let kept = self.keep(principal, route).await?;
        self.note(principal, Action::RouteCreated, kept.id, "").await;
        Ok(kept)
    }

    /// One route.
    pub async fn route(&self, principal: &Principal, id: i64) -> Result<Kept<Route>, ServiceError> {
        self.kept_one(principal.project, id).await
    }

    /// The project's routes, the oldest first.
    pub async fn routes(&self, principal: &Principal) -> Result<Vec<Kept<Route>>, ServiceError> {
        self.kept(principal.project).await
    }

    /// Replaces what was set of a route.
    pub async fn update_route(
        &self,
        principal: &Principal,
        id: i64,
        policy: Route,
    ) -> Result<Kept<Route>, ServiceError> {
        let kept: Kept<Route> = self.kept_one(principal.project, id).await?;
        self.check_route(principal.project, &policy).await?;
        let kept = self.keep_changed(principal.project, Kept { policy, ..kept }).await?;
        self.note(principal, Action::RouteUpdated, id, "").await;
        Ok(kept)
    }

    /// Forgets a route.
    pub async fn delete_route(&self, principal: &Principal, id: i64) -> Result<(), ServiceError> {
        self.forget::<Route>(principal.project, id).await?;
        self.note(principal, Action::RouteDeleted, id, "").await;
        Ok(())
    }

    async fn check_route(&self, project: ProjectId, route: &Route) -> Result<(), ServiceError> {
        let channels = self.store().channels(project).await.map_err(unstored)?;
        let known: BTreeSet<ChannelId> = channels.iter().map(|it| ChannelId(it.id)).collect();
        let violations = route.violations(&known);
        if violations.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(violations)) }
    }
}
