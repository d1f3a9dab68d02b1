//! Who has done what: the order between clients, apart from any program or socket.

use std::sync::Mutex;

use synfin_core::spec::{ClientNumber, Fault, Scenario, Step, StepEntry};
use tokio::sync::watch;

/// The progress of all clients through a scenario's entries. A client that is finished, well or badly, holds up nobody.
#[derive(Debug)]
pub(crate) struct Board {
    entries: Vec<StepEntry>,
    progress: Mutex<Vec<Progress>>,
    changed: watch::Sender<()>,
}

/// How far one client is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Entries before this one are done, or were not the client's.
    next: usize,
    /// Its connection was seen, or given up.
    connected: bool,
}

impl Board {
    /// A board on which nobody has done anything.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            entries: scenario.steps.clone(),
            progress: Mutex::new(vec![Progress::default(); scenario.client_count() as usize]),
            changed: watch::Sender::new(()),
        }
    }

    /// The entries that are this client's, with their places.
    pub(crate) fn entries_of(
        &self,
        client: ClientNumber,
    ) -> impl Iterator<Item = (usize, &StepEntry)> {
        let is_its = move |entry: &StepEntry| entry.only.is_none_or(|only| only == client);
        self.entries
            .iter()
            .enumerate()
            .filter(move |(_, entry)| is_its(entry))
    }

    /// Waits until the client may begin the entry.
    pub(crate) async fn turn(&self, client: ClientNumber, place: usize) {
        let entry = &self.entries[place];
        if entry.only.is_some() || is_for_all(&entry.step) {
            self.until(|progress| progress.iter().all(|one| one.next >= place))
                .await;
        } else if entry.step == Step::Connect {
            self.until(|progress| progress[..index(client)].iter().all(|one| one.connected))
                .await;
        }
    }

    /// The client is about to begin the entry: all its earlier ones are done.
    pub(crate) fn reached(&self, client: ClientNumber, place: usize) {
        self.change(client, |progress| progress.next = place);
    }

    /// The client's connection was seen, or given up: the next one may connect.
    pub(crate) fn connected(&self, client: ClientNumber) {
        self.change(client, |progress| progress.connected = true);
    }

    /// The client will do nothing more.
    pub(crate) fn finished(&self, client: ClientNumber) {
        self.change(client, |progress| {
            *progress = Progress {
                next: usize::MAX,
                connected: true,
            }
        });
    }

    fn change(&self, client: ClientNumber, change: impl FnOnce(&mut Progress)) {
        let mut progress = self
            .progress
            .lock()
            .expect("no holder of the board's lock panics");
        change(&mut progress[index(client)]);
        drop(progress);
        self.changed.send_replace(());
    }

    async fn until(&self, condition: impl Fn(&[Progress]) -> bool) {
        let holds = || {
            condition(
                &self
                    .progress
                    .lock()
                    .expect("no holder of the board's lock panics"),
            )
        };
        let mut changed = self.changed.subscribe();
        while !holds() {
            changed
                .changed()
                .await
                .expect("the board outlives its waiters");
        }
    }
}

/// Whether nobody goes on before everybody has come to it.
fn is_for_all(step: &Step) -> bool {
    *step == Step::Hold || *step == Step::Fault(Fault::Restart)
}

fn index(client: ClientNumber) -> usize {
    client.0 as usize - 1
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use synfin_core::spec::{Link, Programs, ServerState};
    use tokio::task::JoinHandle;

    use super::*;

    const ONE: ClientNumber = ClientNumber(1);
    const TWO: ClientNumber = ClientNumber(2);

    fn entry(step: Step, only: Option<ClientNumber>) -> StepEntry {
        StepEntry { step, only }
    }

    /// connect, list, hold, kill@1, list@2
    fn board() -> &'static Board {
        let scenario = Scenario {
            name: "two".into(),
            clients: NonZeroU32::new(2).unwrap(),
            raw: 0,
            steps: vec![
                entry(Step::Connect, None),
                entry(Step::List, None),
                entry(Step::Hold, None),
                entry(Step::Fault(Fault::Kill { during: None }), Some(ONE)),
                entry(Step::List, Some(TWO)),
            ],
            server: ServerState::Up,
            programs: Programs::Target,
            link: Link::default(),
            repeat: NonZeroU32::MIN,
        };
        Box::leak(Box::new(Board::new(&scenario)))
    }

    fn waits(board: &'static Board, client: ClientNumber, place: usize) -> JoinHandle<()> {
        tokio::spawn(board.turn(client, place))
    }

    /// Lets every task run that can.
    async fn settle() {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn each_client_has_its_own_entries() {
        let places = |client| {
            board()
                .entries_of(client)
                .map(|(place, _)| place)
                .collect::<Vec<_>>()
        };
        assert_eq!(places(ONE), [0, 1, 2, 3]);
        assert_eq!(places(TWO), [0, 1, 2, 4]);
    }

    #[tokio::test]
    async fn clients_connect_one_after_the_other() {
        let board = board();
        board.turn(ONE, 0).await;
        let second = waits(board, TWO, 0);
        settle().await;
        assert!(!second.is_finished());
        board.connected(ONE);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn hold_waits_for_every_client_alive() {
        let board = board();
        board.reached(ONE, 2);
        let held = waits(board, ONE, 2);
        settle().await;
        assert!(!held.is_finished());
        board.reached(TWO, 2);
        held.await.unwrap();
    }

    #[tokio::test]
    async fn a_finished_client_holds_up_nobody() {
        let board = board();
        board.reached(ONE, 2);
        let held = waits(board, ONE, 2);
        board.finished(TWO);
        held.await.unwrap();
    }

    #[tokio::test]
    async fn an_entry_of_one_client_waits_for_all_earlier_ones() {
        let board = board();
        board.reached(TWO, 4);
        board.reached(ONE, 3);
        let after_kill = waits(board, TWO, 4);
        settle().await;
        assert!(!after_kill.is_finished());
        board.reached(ONE, 5);
        after_kill.await.unwrap();
    }
}
