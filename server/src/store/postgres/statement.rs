//! Statements written by hand.
//!
//! diesel prepares its own UPDATE and INSERT anew each time, which costs a round
//! trip. A statement with a static id stays prepared, and is typed all the same.

/// Defines a statement: its values, the columns of its rows if it has any, and its text
/// with the places of its values.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $rust:ty),+ $(,)? } $(-> $rows:ty)?
        { $($text:literal $(($bind:ident as $sql:ty))?)+ }
    ) => {
        $(#[$doc])*
        struct $name {
            $($field: $rust,)+
        }

        impl diesel::query_builder::QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        $(impl diesel::query_builder::Query for $name {
            type SqlType = $rows;
        })?

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut pass: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                $(
                    pass.push_sql($text);
                    $(pass.push_bind_param::<$sql, _>(&self.$bind)?;)?
                )+
                Ok(())
            }
        }
    };
}

pub(super) use statement;
