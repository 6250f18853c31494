"""Every list of the catalogue and every act on many rows: loaded with the first page or job that needs one."""

from crm.home import (
    audience_acts,
    audience_list,  # noqa: F401  (a list enters itself where it is written)
    audience_members,  # noqa: F401
    complaint_acts,
    complaint_table,  # noqa: F401
    customer_acts,
    customer_list,  # noqa: F401
    heard_list,  # noqa: F401
    order_list,  # noqa: F401
    pair_list,
    person_acts,
    person_list,  # noqa: F401
    prospect_list,  # noqa: F401
    run_list,  # noqa: F401
    task_list,
)

customer_acts.register()
person_acts.register()
task_list.register()
complaint_acts.register()
audience_acts.register()
pair_list.register()
