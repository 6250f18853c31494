"""What a partner gets: the few addresses that are open to him. Everything else in the table is 403 for him.

The rows point at customers of team North, whom he does not own: they are not there for him (404).
"""

_EDITED = (
    "customer-edit",
    "person-new",
    "person-paste",
    "person-edit",
    "contact-point-new",
    "contact-point-edit",
    "fact-new",
    "note-new",
    "note-edit",
)
_NOT_HIS = (
    "GET home:customer-page",
    "GET home:customer-part",
    "GET home:person-page",
    *(f"{method} customers:{page}" for page in _EDITED for method in ("GET", "POST")),
    "GET customers:contact-point-delete",
    "GET customers:fact-history",
    "POST customers:fact-confirm",
    "POST customers:fact-withdraw",
    "POST customers:fact-restore",
    "GET customers:note-card",
    "POST customers:note-remove",
    "POST customers:note-restore",
    "POST interactions:task-done",
    "GET interactions:task-snooze",
    "POST interactions:task-snooze",
    "POST interactions:task-undo",
    "POST interactions:promise-close",
    "POST interactions:promise-reopen",
)
OF_PARTNERS: dict[str, int] = {
    **dict.fromkeys(_NOT_HIS, 404),
    "GET interactions:task-done": 405,
    "GET interactions:promise-close": 405,
    "GET interactions:promise-reopen": 405,
    "GET home:my-day": 200,
    "GET home:my-day?tab=alerts&whose=team&after=x_y_z&open=999999999999999999999": 200,
    "GET home:customer-list": 200,
    "GET home:customer-list?view=99999999999999999999&columns=fax,m.nonsense,name&after=x": 200,
    "GET home:search?q=holm": 200,
    "GET home:search?q=nobody+is+called+so": 200,
    "GET home:key-sheet": 200,
    "GET core:account": 200,
    "POST core:account": 422,
    "POST core:preferences": 302,
    "GET complaints:complaint-new": 200,
    "POST complaints:complaint-new": 422,
    "GET complaints:customer-lookup?customer_text=cust": 200,
}
