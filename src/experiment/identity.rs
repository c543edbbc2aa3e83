//! Which network of an experiment, and which of its branches.

use serde::{Deserialize, Serialize};

/// An independent network: a virtual subject of a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct NetworkId {
    pub(super) replicate: u32,
    pub(super) subject: u32,
}

/// A branch of an experiment, in one network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct BranchId {
    pub(super) network: NetworkId,
    /// Which root, which of its branches, and so on.
    path: Vec<u16>,
}

impl BranchId {
    /// The history that is root number `index` of `network`.
    pub(super) fn root(network: NetworkId, index: usize) -> Self {
        Self { network, path: vec![index as u16] }
    }

    /// The branch that follows this one as number `index`.
    pub(super) fn then(&self, index: usize) -> Self {
        let path = self.path.iter().copied().chain([index as u16]).collect();
        Self { network: self.network, path }
    }

    /// The branch that this one follows; none for a history.
    pub(super) fn parent(&self) -> Option<Self> {
        let (_, path) = self.path.split_last()?;
        (!path.is_empty()).then(|| Self { network: self.network, path: path.to_vec() })
    }

    /// The branches before this one, from the history on.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.path.len()).map(|length| Self { network: self.network, path: self.path[..length].to_vec() })
    }

    /// The name of the file that holds its checkpoint.
    pub(super) fn file_name(&self) -> String {
        let path: Vec<String> = self.path.iter().map(u16::to_string).collect();
        format!("r{}_s{}_{}.branch", self.network.replicate, self.network.subject, path.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_knows_what_it_follows() {
        let history = BranchId::root(NetworkId { replicate: 2, subject: 5 }, 1);
        let (child, grandchild) = (history.then(0), history.then(0).then(3));
        assert_eq!((grandchild.parent(), child.parent()), (Some(child.clone()), Some(history.clone())));
        assert_eq!(history.parent(), None);
        assert_eq!(grandchild.ancestors().collect::<Vec<_>>(), [history, child]);
        assert_eq!(grandchild.file_name(), "r2_s5_1-0-3.branch");
    }
}
