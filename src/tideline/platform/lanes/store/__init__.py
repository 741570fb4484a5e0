"""Every SQL statement of the lanes. Whoever waits for locks takes lanes first, then groups, both by key."""

from tideline.platform.lanes.store.adding import add
from tideline.platform.lanes.store.groups import (
    count_waiting,
    delete_group,
    delete_idle_lanes,
    hold,
    is_held,
    let_go,
    list_groups,
    save_group,
    set_paused,
)
from tideline.platform.lanes.store.rows import FRESH, Change, LaneWork, NewRow, Parting, Share
from tideline.platform.lanes.store.settling import (
    change_lanes,
    extend,
    lock_lapsed,
    lock_leased,
    lock_left,
    settle_items,
)
from tideline.platform.lanes.store.taking import line_up, lock_open_groups, next_at, take

__all__ = [
    "FRESH",
    "Change",
    "LaneWork",
    "NewRow",
    "Parting",
    "Share",
    "add",
    "change_lanes",
    "count_waiting",
    "delete_group",
    "delete_idle_lanes",
    "extend",
    "hold",
    "is_held",
    "let_go",
    "line_up",
    "list_groups",
    "lock_lapsed",
    "lock_leased",
    "lock_left",
    "lock_open_groups",
    "next_at",
    "save_group",
    "set_paused",
    "settle_items",
    "take",
]
