"""A page of a task list costs the same however long the list is: what is offered to a role says
whether it is urgent, and each list has an index that yields it in its order."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

QUEUE = ["role", "claimed", "organisation", "due_at", "task_id"]
URGENT: dict[str, Any] = {
    "sqlite_where": sa.text("urgent IS 1"),
    "postgresql_where": sa.text("urgent IS true"),
}
ENDED: dict[str, Any] = {
    f"{database}_where": sa.text("ended_by IS NOT NULL") for database in ("sqlite", "postgresql")
}


def upgrade() -> None:
    op.add_column(
        "wm_task_role",
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE wm_task_role SET urgent = "
        "(SELECT t.urgent FROM wm_user_task t WHERE t.id = wm_task_role.task_id)"
    )
    op.drop_index("ix_wm_task_role_list", "wm_task_role")
    op.create_index("ix_wm_task_role_list", "wm_task_role", QUEUE)
    op.create_index("ix_wm_task_role_urgent", "wm_task_role", QUEUE, **URGENT)
    op.drop_index("ix_wm_user_task_state_due", "wm_user_task")
    dated = ["state", "due_at", "id"]
    op.create_index("ix_wm_user_task_state_due", "wm_user_task", dated)
    op.create_index("ix_wm_user_task_urgent", "wm_user_task", dated, **URGENT)
    op.drop_index("ix_wm_user_task_assignee", "wm_user_task")
    op.create_index("ix_wm_user_task_assignee", "wm_user_task", ["assignee_id", *dated])
    done = ["ended_by", "ended_at", "id"]
    op.create_index("ix_wm_user_task_done", "wm_user_task", done, **ENDED)
