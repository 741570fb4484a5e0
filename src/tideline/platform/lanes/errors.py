"""What can go wrong between a holder and its lane."""


class LaneLost(Exception):
    """The lane is no longer ours: the lease ran out and somebody else has it, or the item is settled already.

    Rises inside the transaction that wanted to acknowledge, so that all of it rolls back. `lanes` are the row
    ids (`Held.lane_id`) of the lanes that were lost; others of the same call may be acknowledged again.
    """

    def __init__(self, lanes: frozenset[int]) -> None:
        self.lanes = lanes
        super().__init__(f"{len(lanes)} lane(s) lost")
