//! Statements about many rows: their texts differ by how many, so that they are made for few numbers and prepared seldom.

/// Rows that one statement writes at most.
const MOST: usize = 64;

/// The same list, its last item repeated until its length is a power of two: for `IN`, to which that makes no difference.
pub fn padded<T: Copy>(list: &[T]) -> impl Iterator<Item = T> {
    let missing = list.len().next_power_of_two() - list.len();
    let filler = list.last().copied();
    let more = filler.into_iter().cycle().take(missing);
    list.iter().copied().chain(more)
}

/// The rows in pieces of 64, 32, 16, 8, 4, 2 and 1, in their order: for `INSERT`, which takes each row once.
pub fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(MOST);
        let (piece, rest) = rows.split_at_checked((most + 1).next_power_of_two() / 2)?;
        rows = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::{padded, pieces};

    #[test]
    fn a_list_is_padded_to_a_power_of_two_by_its_last_item() {
        let padded_to = |list: &[u8]| padded(list).collect::<Vec<_>>();
        assert_eq!(padded_to(&[1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded_to(&[1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(padded_to(&[7]), [7]);
        assert_eq!(padded_to(&[]), [0; 0]);
    }

    #[test]
    fn pieces_hold_every_row_once_and_have_few_lengths() {
        for count in 0..300_u16 {
            let rows: Vec<u16> = (0..count).collect();
            let found: Vec<&[u16]> = pieces(&rows).collect();
            assert_eq!(found.concat(), rows);
            assert!(
                found
                    .iter()
                    .all(|piece| piece.len().is_power_of_two() && piece.len() <= 64)
            );
        }
    }
}
