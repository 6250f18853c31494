"""The addresses of ``customers``."""

from datetime import UTC, date, datetime

from django.core.files.base import ContentFile

from crm.core.models import JobRun
from customers.file_attaching import attach_file
from customers.models import (
    CustomerNeed,
    CustomerTag,
    CustomField,
    FactKind,
    LadderEvidence,
    Need,
    Note,
    ProfileFact,
    Question,
    Source,
    Tag,
    TradingName,
)
from tests.permission_table import Row, everybody, only, who_sees_north

LEADS = ("lead", "admin")
SELLERS = ("rep", "lead", "admin")
NOTERS = (*SELLERS, "guardian", "executive")
HIDDEN = ("other_rep",)


def of_customer(world):
    return {"pk": world.customer.pk}


def under_customer(world):
    return {"customer_pk": world.customer.pk}


def need_of(world):
    """Ana's customer needs quick delivery."""
    if not hasattr(world, "customer_need"):
        need = Need.objects.create(name="Quick delivery")
        world.customer_need = CustomerNeed.objects.create(
            customer=world.customer, need=need, evidence="They said so", noted_on=date(2026, 3, 2)
        )
    return world.customer_need


def tag_of(world):
    """Ana's customer carries a tag."""
    if not hasattr(world, "tag"):
        world.tag = Tag.objects.create(name="Trade fair")
        CustomerTag.objects.create(customer=world.customer, tag=world.tag)
    return {"pk": world.tag.pk}


def source_of(world):
    """Where a list of prospects came from."""
    return {"pk": Source.objects.get_or_create(name="Fair", lawful_basis="consent")[0].pk}


def tag_of_customer(world):
    return {"customer_pk": world.customer.pk, "tag_pk": tag_of(world)["pk"]}


def note_of(world):
    """Ana wrote something about her customer."""
    if not hasattr(world, "note"):
        world.note = Note.objects.create(customer=world.customer, text="Likes quick answers", created_by=world.rep)
    return {"pk": world.note.pk}


def removed_note_of(world):
    """She took another one away again."""
    if not hasattr(world, "removed_note"):
        note = Note.objects.create(customer=world.customer, text="A slip", created_by=world.rep)
        world.removed_note = note.pk
        note.delete()
    return {"pk": world.removed_note}


def trading_name(world):
    made, _new = TradingName.objects.get_or_create(customer=world.customer, name="The stall", name_folded="the stall")
    return {"pk": made.pk}


def fact_of(world):
    """Somebody told what Ana's customer needs."""
    if not hasattr(world, "fact"):
        world.fact = ProfileFact.objects.create(
            customer=world.customer, label="Needs", value="FKM seals", told_on=date(2026, 3, 2)
        )
    return {"pk": world.fact.pk}


def fact_kind(world):
    kind, _made = FactKind.objects.get_or_create(name="Hobby")
    return {"pk": kind.pk}


def question(world):
    asked, _made = Question.objects.get_or_create(kind_id=fact_kind(world)["pk"], text="What do you enjoy?")
    return {"pk": asked.pk}


def own_field(world):
    """The company asks for the machine park."""
    field, _made = CustomField.objects.get_or_create(label="Machine park")
    return {"pk": field.pk}


def retyping(world):
    """Its kind was changed once; told on a page of its own."""
    said = {"field": 0, "label": "Machine park", "kind": "number", "before": "text", "added": []}
    job, _made = JobRun.objects.get_or_create(
        kind="field-retype",
        key="1",
        due_at=datetime(2026, 3, 2, tzinfo=UTC),
        defaults={"state": "done", "params": said, "result": {"fitting": 3, "kept": 0, "unread": []}},
    )
    return {"pk": job.pk}


def file_of(world):
    """Ana added a file."""
    if not hasattr(world, "file"):
        world.file = attach_file(
            world.customer,
            file=ContentFile(b"Drawing 7", name="drawing.txt"),
            by=world.rep,
            at=world.complaint.taken_at,
        )
    return {"pk": world.file.pk}


def removed_file_of(world):
    """She removed another one."""
    if not hasattr(world, "removed_file"):
        row = attach_file(
            world.customer, file=ContentFile(b"Drawing 6", name="old.txt"), by=world.rep, at=world.complaint.taken_at
        )
        world.removed_file = row.pk
        row.delete()
    return {"pk": world.removed_file}


def evidence_of(world):
    """Ana's customer has been talked to."""
    return LadderEvidence.objects.create(
        customer=world.customer, level=1, evidence="We met at the fair", seen_on=date(2026, 3, 2)
    )


def edits(name, ok=200, method="get"):
    """Whoever sells to team North; the other team sees nothing."""
    return [Row(name, only(*SELLERS, ok=ok, hidden_from=HIDDEN), under_customer, method=method)]


ROWS: list[Row] = [
    *edits("customers:contract-edit"),
    *edits("customers:contract-edit", ok=422, method="post"),
    Row("customers:customer-new", only(*SELLERS, "other_rep")),
    Row("customers:customer-new", only(*SELLERS, "other_rep", ok=422), method="post"),
    Row("customers:duplicate-warning", only(*SELLERS, "other_rep"), query="?name=Kjeldsen"),
    Row("customers:customer-names", only(*SELLERS, "other_rep"), query="?field=to&to=Kjeldsen"),
    Row("customers:customer-edit", only(*SELLERS, hidden_from=HIDDEN), of_customer),
    Row("customers:customer-edit", only(*SELLERS, ok=422, hidden_from=HIDDEN), of_customer, method="post"),
    Row("customers:customer-archive", only(*LEADS, ok=302, hidden_from=HIDDEN), of_customer, method="post"),
    Row("customers:customer-restore", only(*LEADS, ok=302, hidden_from=HIDDEN), of_customer, method="post"),
    *edits("customers:person-new"),
    *edits("customers:person-paste"),
    *edits("customers:person-paste", 422, "post"),
    *edits("customers:person-new", 422, "post"),
    *edits("customers:contact-point-new"),
    *edits("customers:contact-point-new", 422, "post"),
    *edits("customers:fact-new"),
    *edits("customers:fact-new", 422, "post"),
    *edits("customers:wallet-new"),
    *edits("customers:wallet-new", 422, "post"),
    *edits("customers:potential-new"),
    *edits("customers:potential-new", 422, "post"),
    *edits("customers:customer-need-new"),
    *edits("customers:customer-need-new", 422, "post"),
    Row("customers:wallet-card", who_sees_north(), under_customer),
    Row("customers:need-card", who_sees_north(), under_customer),
    Row("customers:ladder-card", who_sees_north(), under_customer),
    Row("customers:ladder-report", everybody()),
    *edits("customers:ladder-new"),
    *edits("customers:ladder-new", 422, "post"),
    Row(
        "customers:ladder-remove",
        only(*SELLERS, ok=302, hidden_from=HIDDEN),
        lambda world: {"pk": evidence_of(world).pk},
        method="post",
    ),
    Row("customers:customer-need-edit", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": need_of(world).pk}),
    Row("customers:customer-need-answer", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": need_of(world).pk}),
    Row(
        "customers:customer-need-answer",
        only(*SELLERS, ok=422, hidden_from=HIDDEN),
        lambda world: {"pk": need_of(world).pk},
        lambda world: {"answer": "changed"},
        method="post",
    ),
    Row(
        "customers:customer-need-edit",
        only(*SELLERS, ok=422, hidden_from=HIDDEN),
        lambda world: {"pk": need_of(world).pk},
        method="post",
    ),
    Row(
        "customers:customer-need-remove",
        only(*SELLERS, ok=302, hidden_from=HIDDEN),
        lambda world: {"pk": need_of(world).pk},
        method="post",
    ),
    Row("customers:note-card", who_sees_north(), under_customer),
    *[
        Row("customers:note-new", only(*NOTERS, ok=ok, hidden_from=HIDDEN), under_customer, method=method)
        for method, ok in (("get", 200), ("post", 422))
    ],
    Row("customers:note-edit", only("rep", hidden_from=HIDDEN), note_of),
    Row("customers:note-edit", only("rep", ok=422, hidden_from=HIDDEN), note_of, method="post"),
    Row("customers:note-remove", only(*SELLERS, ok=302, hidden_from=HIDDEN), note_of, method="post"),
    Row("customers:note-restore", only(*NOTERS, ok=302, hidden_from=HIDDEN), removed_note_of, method="post"),
    Row("customers:watch-edit", who_sees_north(), under_customer),
    Row("customers:watch-edit", who_sees_north(302), under_customer, method="post"),
    Row("customers:file-card", who_sees_north(), under_customer),
    Row("customers:file-new", only(*NOTERS, ok=422, hidden_from=HIDDEN), under_customer, method="post"),
    Row("customers:file-show", who_sees_north(), file_of),
    Row("customers:file-remove", only(*SELLERS, ok=302, hidden_from=HIDDEN), file_of, method="post"),
    Row("customers:file-restore", only(*NOTERS, ok=302, hidden_from=HIDDEN), removed_file_of, method="post"),
    *edits("customers:tag-new"),
    *edits("customers:tag-new", 422, "post"),
    *[
        Row(name, only(*SELLERS, ok=302, hidden_from=HIDDEN), tag_of_customer, method="post")
        for name in ("customers:tag-put", "customers:tag-remove")
    ],
    Row("customers:source-list", only("admin")),
    Row("customers:source-new", only("admin")),
    Row("customers:source-new", only("admin", ok=422), method="post"),
    *[
        Row(name, only("admin", ok=ok), source_of, method=method)
        for name in ("customers:source-edit", "customers:source-withdraw")
        for method, ok in (("get", 200), ("post", 422))
    ],
    Row("customers:source-back", only("admin", ok=302), source_of, method="post"),
    Row("customers:tag-list", only("admin")),
    Row("customers:tag-edit", only("admin"), tag_of),
    Row("customers:tag-edit", only("admin", ok=422), tag_of, method="post"),
    Row("customers:tag-delete", only("admin"), tag_of),
    *edits("customers:group-join"),
    *edits("customers:group-join", 422, "post"),
    *edits("customers:group-leave", 302, "post"),
    *edits("customers:trading-name-new"),
    *edits("customers:trading-name-new", 422, "post"),
    Row("customers:trading-name-remove", only(*SELLERS, ok=302, hidden_from=HIDDEN), trading_name, method="post"),
    Row("customers:person-move", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": world.person.pk}),
    Row(
        "customers:person-move",
        only(*SELLERS, ok=422, hidden_from=HIDDEN),
        lambda world: {"pk": world.person.pk},
        method="post",
    ),
    Row("customers:fact-history", who_sees_north(), fact_of),
    Row("customers:fact-confirm", only(*SELLERS, ok=302, hidden_from=HIDDEN), fact_of, method="post"),
    Row("customers:fact-withdraw", only(*SELLERS, ok=302, hidden_from=HIDDEN), fact_of, method="post"),
    Row("customers:fact-restore", only(*SELLERS, ok=302, hidden_from=HIDDEN), fact_of, method="post"),
    *[
        Row(
            f"customers:{noun}-{page}",
            only("admin", ok=ok),
            made if page == "edit" else lambda world: {},
            method=method,
        )
        for noun, made in (("fact-kind", fact_kind), ("question", question))
        for page, method, ok in (
            ("list", "get", 200),
            ("new", "get", 200),
            ("new", "post", 422),
            ("edit", "get", 200),
            ("edit", "post", 422),
        )
    ],
    Row("customers:custom-value-card", who_sees_north(), under_customer),
    Row("customers:custom-field-list", only("admin")),
    Row("customers:custom-field-new", only("admin")),
    Row("customers:custom-field-new", only("admin", ok=422), method="post"),
    Row("customers:custom-field-edit", only("admin"), own_field),
    Row("customers:custom-field-edit", only("admin", ok=422), own_field, method="post"),
    Row("customers:custom-field-retype", only("admin"), own_field),
    Row("customers:custom-field-retype", only("admin", ok=422), own_field, method="post"),
    Row("customers:custom-field-work", only("admin"), retyping),
    Row("customers:custom-field-stop", only("admin", ok=302), retyping, method="post"),
    Row("customers:custom-field-move", only("admin", ok=302), own_field, method="post"),
    Row("customers:custom-field-archive", only("admin", ok=302), own_field, method="post"),
    Row("customers:custom-field-restore", only("admin", ok=302), own_field, method="post"),
    Row("customers:need-list", only("admin")),
    Row("customers:need-new", only("admin")),
    Row("customers:need-new", only("admin", ok=422), method="post"),
    Row("customers:need-edit", only("admin"), lambda world: {"pk": need_of(world).need_id}),
    Row("customers:need-edit", only("admin", ok=422), lambda world: {"pk": need_of(world).need_id}, method="post"),
    *edits("customers:order-new"),
    *edits("customers:order-new", 422, "post"),
    Row("customers:person-edit", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": world.person.pk}),
    Row(
        "customers:person-edit",
        only(*SELLERS, ok=422, hidden_from=HIDDEN),
        lambda world: {"pk": world.person.pk},
        method="post",
    ),
    Row("customers:contact-point-edit", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": world.point.pk}),
    Row(
        "customers:contact-point-edit",
        only(*SELLERS, ok=422, hidden_from=HIDDEN),
        lambda world: {"pk": world.point.pk},
        method="post",
    ),
    Row("customers:contact-point-delete", only(*SELLERS, hidden_from=HIDDEN), lambda world: {"pk": world.point.pk}),
    Row("customers:order-detail", who_sees_north(), lambda world: {"pk": world.order.pk}),
    Row("customers:product-list", only(*LEADS)),
    Row("customers:product-new", only(*LEADS)),
    Row("customers:product-new", only(*LEADS, ok=422), method="post"),
    Row("customers:product-edit", only(*LEADS), lambda world: {"pk": world.product.pk}),
    Row("customers:product-edit", only(*LEADS, ok=422), lambda world: {"pk": world.product.pk}, method="post"),
    Row("customers:cost-pool-list", only("admin")),
    Row("customers:cost-pool-new", only("admin")),
    Row("customers:cost-pool-new", only("admin", ok=422), method="post"),
    Row("customers:cost-pool-detail", only("admin"), lambda world: {"pool_pk": world.cost_pool.pk}),
    Row("customers:cost-pool-edit", only("admin"), lambda world: {"pk": world.cost_pool.pk}),
    Row("customers:cost-pool-edit", only("admin", ok=422), lambda world: {"pk": world.cost_pool.pk}, method="post"),
    Row("customers:cost-pool-delete", only("admin"), lambda world: {"pk": world.cost_pool.pk}),
    Row("customers:cost-pool-allocate", only("admin", ok=302), lambda world: {"pk": world.cost_pool.pk}, method="post"),
    Row("customers:cost-pool-adopt", only("admin", ok=302), lambda world: {"pk": world.cost_pool.pk}, method="post"),
    Row("customers:cost-rate-list", only("admin")),
    Row("customers:cost-rate-new", only("admin")),
    Row("customers:cost-rate-new", only("admin", ok=422), method="post"),
    Row("customers:cost-rate-edit", only("admin"), lambda world: {"pk": world.cost_rate.pk}),
    Row("customers:cost-rate-edit", only("admin", ok=422), lambda world: {"pk": world.cost_rate.pk}, method="post"),
    Row("customers:cost-rate-delete", only("admin"), lambda world: {"pk": world.cost_rate.pk}),
]


def _import(world):
    return {"pk": world.data_import.pk}


ROWS += [
    Row("customers:import-list", only(*LEADS)),
    Row("customers:import-new", only(*LEADS)),
    Row("customers:import-new", only(*LEADS, ok=422), method="post"),
    Row("customers:import-detail", only(*LEADS), _import),
    Row("customers:import-columns", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-start", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-cancel", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-mapping-save", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-mapping-forget", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-undo", only(*LEADS, ok=302), _import),
    Row("customers:import-undo", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-rejected", only(ok=404, hidden_from=LEADS), _import),
]
