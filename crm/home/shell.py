"""The frame around every page: navigation by role, search, keys and the reader's own preferences.

Computed only when a page with the frame is rendered (fragments never ask), and empty for somebody who is not signed in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.core.cache import cache as kept_counts
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from crm.core.formats import format_initials
from crm.core.models import User
from crm.core.partner_gate import is_open_to_partners
from crm.home.news import count_unseen
from crm.home.waiting_tasks import find_waiting

COUNT_SECONDS = 20
SCRIPTS = [
    "js/htmx_behaviour.js",
    "js/dialogs.js",
    "js/toasts.js",
    "js/forms.js",
    "js/log_box.js",
    "js/drafts.js",
    "js/signed_in_anew.js",
    "js/news_bell.js",
    "js/search.js",
    "js/mentions.js",
    "js/file_drop.js",
    "js/keys.js",
    "js/lists.js",
    "js/narrowing.js",
]


def _count_my_tasks(user: User, *, at: datetime) -> int:
    """What waits for ``user`` on his day, at most 100 are counted."""
    return find_waiting(user, at=at)[:100].count()


def _count_guarded(user: User, *, at: datetime) -> int:
    """Open complaints that ``user`` guards."""
    return Complaint.objects.open().filter(guardian=user, taken_at__lte=at)[:100].count()


@dataclass(frozen=True)
class NavItem:
    """An entry of a navigation: shown when its URL exists and the reader holds ``permission`` ("" is everybody)."""

    label: str | Promise
    url_name: str
    icon: str = ""
    permission: str = ""
    go_key: str = ""
    paths: tuple[str, ...] = ()
    count: Callable[..., int] | None = None
    count_tone: str = ""


CUSTOMER_PATHS = ("/customers/", "/people/", "/orders/", "/tasks/", "/lists/")
# The lists of the best and the worst are tabs of Segments, wherever they lie.
SEGMENT_PATHS = (
    "/segments/",
    "/customers/references/",
    "/customers/prospects/",
    "/customers/wanted/",
    "/customers/clean-up/",
    "/settings/pins/",
)
NAV = [
    NavItem(
        gettext_lazy("My day"), "home:my-day", "list", go_key="d", paths=("/risk/", "/alerts/"), count=_count_my_tasks
    ),
    NavItem(gettext_lazy("Customers"), "home:customer-list", "user", "customers.view_customer", "c", CUSTOMER_PATHS),
    NavItem(
        gettext_lazy("Products"),
        "home:product-movement",
        "box",
        "customers.view_order",
        paths=("/products/movement/", "/products/lost/"),
    ),
    NavItem(
        gettext_lazy("Pipeline"),
        "interactions:process-run-list",
        "flow",
        "interactions.view_task",
        "p",
        ("/pipeline/",),
    ),
    NavItem(
        gettext_lazy("Complaints"),
        "complaints:complaint-list",
        "shield",
        "complaints.view_complaint",
        "k",
        ("/complaints/",),
        count=_count_guarded,
        count_tone="bad",
    ),
    NavItem(gettext_lazy("Segments"), "home:segment-dashboard", "chart", "segments.view_dashboard", "s", SEGMENT_PATHS),
    NavItem(gettext_lazy("Measure"), "home:back-test", "chart", "segments.view_dashboard", "r", ("/measure/",)),
]

NEWS = NavItem(gettext_lazy("News"), "home:news-list", "bell", count=count_unseen, count_tone="bad")

SETTINGS = [
    (
        gettext_lazy("Treatment"),
        [
            NavItem(gettext_lazy("Segments"), "segments:segment-list", permission="segments.change_segment"),
            NavItem(gettext_lazy("Processes"), "segments:process-matrix", permission="segments.change_process"),
            NavItem(gettext_lazy("Triggers"), "segments:trigger-list", permission="segments.change_trigger"),
        ],
    ),
    (
        gettext_lazy("Data"),
        [
            NavItem(gettext_lazy("Imports"), "customers:import-list", permission="customers.import_customer"),
            NavItem(gettext_lazy("Duplicates"), "home:duplicate-queue", permission="customers.merge_customer"),
            NavItem(gettext_lazy("Products"), "customers:product-list", permission="customers.import_customer"),
            NavItem(gettext_lazy("Needs"), "customers:need-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Sources"), "customers:source-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Tags"), "customers:tag-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Kinds of facts"), "customers:fact-kind-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Questions"), "customers:question-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Own fields"), "customers:custom-field-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Cost rates"), "customers:cost-rate-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Cost pools"), "customers:cost-pool-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Nightly jobs"), "home:job-list", permission="core.run_jobs"),
        ],
    ),
    (
        gettext_lazy("House"),
        [
            NavItem(gettext_lazy("Business settings"), "core:setting-list", permission="core.change_settings"),
            NavItem(gettext_lazy("Colleagues"), "core:user-list", permission="core.manage_users"),
            NavItem(gettext_lazy("Teams"), "core:team-list", permission="core.manage_users"),
            NavItem(gettext_lazy("Access tokens"), "core:token-of-all", permission="core.manage_users"),
            NavItem(
                gettext_lazy("Personal data"), "home:personal-data-log", permission="customers.handle_personal_data"
            ),
            NavItem(gettext_lazy("Recent changes"), "core:recent-changes", permission="customers.import_customer"),
        ],
    ),
]


ACCOUNT = [
    NavItem(gettext_lazy("Preferences"), "core:account"),
    NavItem(gettext_lazy("Absences"), "core:absence-list"),
    NavItem(gettext_lazy("Password"), "account_change_password"),
    NavItem(gettext_lazy("Passkeys and second factor"), "mfa_index"),
    NavItem(gettext_lazy("Where I am signed in"), "usersessions_list"),
    NavItem(gettext_lazy("Access tokens"), "core:token-list"),
    NavItem(gettext_lazy("Programming interface"), "api-reference"),
]


@dataclass
class Link:
    """A NavItem resolved for one reader on one page."""

    label: str
    url: str
    icon: str = ""
    go_key: str = ""
    current: bool = False
    count: int = 0
    count_tone: str = ""
    plus: bool = False


@dataclass
class SettingsGroup:
    """A heading of the settings and the pages below it that the reader may open."""

    label: str
    entries: list[Link]


@dataclass
class Shell:
    """What ``base.html`` needs; every attribute is empty where nobody is signed in."""

    user: User | None = None
    initials: str = ""
    role_label: str = ""
    theme: str = ""
    density: str = ""
    single_keys: bool = False
    news: Link | None = None
    nav: list[Link] = field(default_factory=list)
    tabs: list[Link] = field(default_factory=list)
    settings_groups: list[SettingsGroup] = field(default_factory=list)
    account_links: list[Link] = field(default_factory=list)
    in_settings: bool = False
    home_url: str = "/"
    search_url: str = ""
    log_url: str = ""
    settings_url: str = ""
    account_url: str = ""
    preferences_url: str = ""
    modules: list[str] = field(default_factory=list)


def _choose(items: Iterable[NavItem], *, user: User, holds: Callable[[str], bool]) -> list[NavItem]:
    """Those of ``items`` that ``user`` may open; ``holds`` tells whether he has a permission."""
    return [
        item
        for item in items
        if (not item.permission or holds(item.permission))
        and (not user.is_partner or is_open_to_partners(item.url_name))
    ]


def list_places(user: User) -> list[NavItem]:
    """The places of the bar that ``user`` may open."""
    return _choose(NAV, user=user, holds=user.has_perm)


@cache
def _find_scripts() -> list[str]:
    """The addresses of ``SCRIPTS``; their names with a fingerprint are looked up once."""
    return [static(name) for name in SCRIPTS]


@cache
def _find_url(url_name: str, prefix: str) -> str:
    """The address of a page where the product stands below ``prefix``; forty are asked for with every page."""
    return reverse(url_name)


def _count_once_a_while(items: Iterable[NavItem], user: User) -> dict[str, int]:
    """The counts of ``items`` by their URL names, at most 20 seconds old: pages do not pay for them with every click,
    and ask the cache for all at once."""
    counted = {f"nav:{item.url_name}:{user.pk}": item for item in items if item.count}
    counts = kept_counts.get_many(counted)
    now = timezone.now()
    missing = {key: item.count(user, at=now) for key, item in counted.items() if item.count and key not in counts}
    if missing:
        kept_counts.set_many(missing, COUNT_SECONDS)
    return {counted[key].url_name: int(count) for key, count in (counts | missing).items()}


def _resolve(items: Iterable[NavItem], *, path: str, counts: Mapping[str, int]) -> list[Link]:
    """The links of ``items``, all of which the reader may open; the one whose address is nearest to ``path`` is where
    he is: the worst signs lie under Customers for whoever has no Segments."""
    found = []
    for item in items:
        url = _find_url(item.url_name, get_script_prefix())
        starts = item.paths or ((url,) if url != "/" else ())
        near = len(path) if path == url else max((len(start) for start in starts if path.startswith(start)), default=0)
        found.append((item, url, near))
    nearest = max((near for _item, _url, near in found), default=0)
    return [
        Link(
            str(item.label),
            url,
            item.icon,
            item.go_key,
            0 < near == nearest,
            counts.get(item.url_name, 0),
            item.count_tone,
        )
        for item, url, near in found
    ]


def ring_bell(user: User, *, path: str) -> Link:
    """The bell of a page at ``path`` as it is now."""
    return _resolve([NEWS], path=path, counts=_count_once_a_while([NEWS], user))[0]


def _phone_tabs(nav: list[Link], log_url: str) -> list[Link]:
    """At most four places at the thumb, with logging in the middle; "More" is the fifth."""
    places = [link for link in nav if link.go_key in {"d", "c", "k"}]
    log = [Link(_("Log a contact"), log_url, plus=True)] if log_url else []
    return places[:2] + log + places[2:3]


def build_shell(request: HttpRequest) -> Shell:
    """The frame for the reader of ``request``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Shell()
    holds = cache(user.has_perm)
    choose = partial(_choose, user=user, holds=holds)
    places, news = choose(NAV), choose([NEWS])
    resolve = partial(_resolve, path=request.path, counts=_count_once_a_while([*places, *news], user))
    nav = resolve(places)
    groups = [SettingsGroup(str(label), resolve(choose(items))) for label, items in SETTINGS]
    groups = [group for group in groups if group.entries]
    in_settings = any(link.current for group in groups for link in group.entries)
    if in_settings:  # imports and cost rates lie under /customers/: one place is marked, not two
        nav = [replace(link, current=False) for link in nav]
    may_log = holds("interactions.add_interaction")
    log_url = reverse("interactions:interaction-new") if may_log else ""
    return Shell(
        user=user,
        initials=format_initials(user.name or user.email),
        role_label=user.get_role_display(),
        theme=user.theme,
        density=user.density,
        single_keys=user.single_keys,
        news=next(iter(resolve(news)), None),
        nav=nav,
        tabs=_phone_tabs(nav, log_url),
        settings_groups=groups,
        account_links=resolve(choose(ACCOUNT)),
        in_settings=in_settings,
        home_url=reverse("home:my-day"),
        search_url=reverse("home:search"),
        log_url=log_url,
        settings_url=groups[0].entries[0].url if groups else "",
        account_url=reverse("core:account"),
        preferences_url=reverse("core:preferences"),
        modules=_find_scripts(),
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell`` for base.html, worked out on first use."""
    return {"shell": SimpleLazyObject(lambda: build_shell(request))}
