//! The routes of pages, and the list of them: whoever checks every page goes by what the router was built from.

use axum::{
    Router,
    handler::Handler,
    routing::{self, MethodRouter},
};
use http::Method;

/// A page's address, as it stands in the router, and how it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRoute {
    /// `GET` or `POST`.
    pub method: Method,
    /// Such as `/arenas/{id}`.
    pub path: String,
}

/// A router of pages that can say which pages there are.
pub struct PageRouter<S> {
    router: Router<S>,
    routes: Vec<PageRoute>,
}

/// What answers at one address.
pub struct PageMethods<S> {
    methods: Vec<Method>,
    handlers: MethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> PageRouter<S> {
    /// Without any pages.
    pub fn new() -> Self {
        Self { router: Router::new(), routes: Vec::new() }
    }

    /// With what answers at this address too.
    pub fn route(mut self, path: &str, at: PageMethods<S>) -> Self {
        self.routes.extend(at.methods.into_iter().map(|method| PageRoute { method, path: path.to_owned() }));
        Self { router: self.router.route(path, at.handlers), ..self }
    }

    /// Which pages there are, in the order in which they were added.
    pub fn routes(&self) -> &[PageRoute] {
        &self.routes
    }

    /// The router.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}

impl<S: Clone + Send + Sync + 'static> Default for PageRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> PageMethods<S> {
    /// With a form that is sent to the same address.
    pub fn post<H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        self.methods.push(Method::POST);
        Self { handlers: self.handlers.post(handler), ..self }
    }
}

/// A page to read.
pub fn get<H: Handler<T, S>, T: 'static, S: Clone + Send + Sync + 'static>(handler: H) -> PageMethods<S> {
    PageMethods { methods: vec![Method::GET], handlers: routing::get(handler) }
}

/// A form to send.
pub fn post<H: Handler<T, S>, T: 'static, S: Clone + Send + Sync + 'static>(handler: H) -> PageMethods<S> {
    PageMethods { methods: vec![Method::POST], handlers: routing::post(handler) }
}

/// The pages that belong to no service, and what every page leans on.
pub fn shared_routes() -> Vec<PageRoute> {
    let statements = crate::statements::paths().map(|path| PageRoute { method: Method::GET, path: path.to_owned() });
    crate::assets_router::<()>().routes().iter().cloned().chain(statements).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_knows_its_pages() {
        let router = PageRouter::<()>::new()
            .route("/", get(async || "start"))
            .route("/posts/{id}/edit", get(async || "form").post(async || "sent"))
            .route("/leave", post(async || "left"));
        let list: Vec<_> = router.routes().iter().map(|it| format!("{} {}", it.method, it.path)).collect();
        assert_eq!(list, ["GET /", "GET /posts/{id}/edit", "POST /posts/{id}/edit", "POST /leave"]);
    }
}
