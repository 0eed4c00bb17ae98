//! Which role somebody has, by what their provider says of them.

use std::fmt;

use nightbell_domain::key::Role;

/// Roles that people may have, the most powerful first.
const OF_PEOPLE: [Role; 3] = [Role::Admin, Role::Operator, Role::Viewer];

/// Who may do what: pairs of a role and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<(Role, Whom)>);

/// Whom a role is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    /// Whoever the provider lets in.
    Everybody,
    /// Whose verified e-mail ends so, the @ included.
    Domain(String),
    /// Who has this value in the claim, or this verified e-mail.
    Named(String),
}

impl Roles {
    /// Reads `admin=ops-team,viewer=*@example.org`.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(pair);
        let pairs: Vec<_> = pairs.collect::<Result<_, _>>()?;
        if pairs.is_empty() {
            return Err("must say who may do what, such as admin=ops-team,viewer=*".to_owned());
        }
        Ok(Self(pairs))
    }

    /// The most powerful role of somebody with these values in the claim and this
    /// e-mail, which the provider has verified. None: they may do nothing.
    pub fn role_of(&self, values: &[String], email: Option<&str>) -> Option<Role> {
        let has = |role: &Role| {
            self.0.iter().any(|(theirs, whom)| theirs == role && whom.is(values, email))
        };
        OF_PEOPLE.into_iter().find(has)
    }
}

impl Whom {
    fn is(&self, values: &[String], email: Option<&str>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Domain(domain) => {
                email.is_some_and(|email| email.to_ascii_lowercase().ends_with(domain))
            }
            Self::Named(name) => {
                values.contains(name) || email.is_some_and(|it| it.eq_ignore_ascii_case(name))
            }
        }
    }
}

fn pair(text: &str) -> Result<(Role, Whom), String> {
    let refusal = || {
        format!(
            "has `{text}`; must hold pairs such as admin=ops-team, operator=ann@example.org, \
             viewer=*@example.org or viewer=*, of the roles viewer, operator and admin"
        )
    };
    let (role, whom) = text.split_once('=').ok_or_else(refusal)?;
    let role = OF_PEOPLE.into_iter().find(|it| it.word() == role.trim()).ok_or_else(refusal)?;
    let whom = match whom.trim() {
        "" => return Err(refusal()),
        "*" => Whom::Everybody,
        whom => match whom.strip_prefix('*') {
            Some(domain) if domain.len() > 1 && domain.starts_with('@') => {
                Whom::Domain(domain.to_ascii_lowercase())
            }
            Some(_) => return Err(refusal()),
            None => Whom::Named(whom.to_owned()),
        },
    };
    Ok((role, whom))
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (role, whom)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match whom {
                Whom::Everybody => write!(f, "{comma}{}=*", role.word())?,
                Whom::Domain(domain) => write!(f, "{comma}{}=*{domain}", role.word())?,
                Whom::Named(name) => write!(f, "{comma}{}={name}", role.word())?,
            }
        }
        Ok(())
    }
}
