"""How right were we? What a back-test found on the company's own past, the bad news first."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core.models import JobRun
from crm.core.models.business_setting import change_setting, setting
from crm.core.toasts import add_toast
from crm.home.back_test_charts import draw_axes, draw_reliability, draw_tenths
from crm.home.back_test_words import (
    describe_fits,
    list_measures,
    list_rankings,
    say_learnt,
    say_shown,
    say_verdict,
)
from crm.home.measure_tabs import list_measure_tabs
from segments.back_test_report import TestedBase, write_report
from segments.jobs import BACK_TEST, request_back_test
from segments.models import BackTest
from segments.rules.churn_rankings import CERTAINTY, MY_DAY

LOST, LEFT = "lost", "left"  # what came short in the quarter, and what those brought who never came back
may_look = permission_required("segments.view_dashboard", raise_exception=True)


@require_GET
@may_look
def back_test(request: HttpRequest) -> HttpResponse:
    """The page: the last back-test, one of its evenings; before the first it says when it comes."""
    test = BackTest.objects.first()
    running = JobRun.objects.filter(kind=BACK_TEST, state__in=[JobRun.State.WAITING, JobRun.State.RUNNING]).exists()
    context: dict[str, Any] = {"test": test, "is_running": running, **describe_fits()}
    context["tabs"] = list_measure_tabs("back-test")
    if test is not None:
        money = LEFT if request.GET.get("money") == LEFT else LOST
        context |= _describe(test, asked=request.GET.get("evening", ""), money=money)
    return render(request, "home/back_test.html", context)


def _describe(test: BackTest, *, asked: str, money: str) -> dict[str, Any]:
    evenings = test.result["evenings"]
    context: dict[str, Any] = {
        "evenings": [(iso, date.fromisoformat(iso)) for iso in sorted(evenings)],
        "refused": [(date.fromisoformat(iso), reason) for iso, reason in sorted(test.result["refused"].items())],
        "is_learnt_on": bool(setting("risk.learnt")),
        "learnt_words": say_learnt(test.result),
    }
    if not evenings:
        return context
    chosen = asked if asked in evenings else max(evenings)
    told = evenings[chosen]
    chances = told["chances"]
    tenths = told["forecast"]["tenths"]
    my_day = next(row for row in told["rankings"] if row["name"] == MY_DAY)
    # Where nobody left there is nothing by which the knob could be set.
    knobs = test.result.get("knobs", {}) if evenings[max(evenings)]["silent"] else {}
    return context | {
        "chosen": chosen,
        "evening": date.fromisoformat(chosen),
        "told": told,
        "weeks": told["days_after"] // 7,
        "verdict": say_verdict(told),
        "certainty": list_rankings(told, goal="precision"),
        "money": list_rankings(told, goal=money),
        "money_goal": money,
        "my_day": my_day,
        "money_ratio": my_day[f"{money}_ratio"][0],
        "gap": next(row for row in told["rankings"] if row["name"] == CERTAINTY),
        "tenths": list(zip(range(1, 11), tenths, draw_tenths(tenths), strict=False)),
        "axes": draw_axes(),
        "raw_dots": draw_reliability(chances["raw"]["groups"]),
        "bent_dots": draw_reliability(chances["bent"]["groups"]) if "bent" in chances else [],
        "shown_words": say_shown(test.result, chances),
        "measures": list_measures(told),
        "knobs": sorted((float(knob), row) for knob, row in knobs.items()),
        "blend": test.result["blend"],
    }


@require_POST
@permission_required("core.run_jobs", raise_exception=True)
def back_test_again(request: HttpRequest) -> HttpResponse:
    """Ask for a test on what is known today; a worker does it."""
    request_back_test(at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    add_toast(request, _("Being tested; it takes less than a minute."))
    return redirect("home:back-test")


@require_POST
@permission_required("core.change_settings", raise_exception=True)
def back_test_learnt(request: HttpRequest) -> HttpResponse:
    """Switch the learnt chance of silence on or off, from the next night on."""
    on = 0 if setting("risk.learnt") else 1
    change_setting("risk.learnt", on, by=request.user)
    add_toast(request, _("The learnt chance is on from the next night.") if on else _("The learnt chance is off."))
    return redirect(f"{reverse('home:back-test')}#learnt")


@require_GET
@may_look
def back_test_file(request: HttpRequest) -> HttpResponse:
    """All tables of the last test as a text file."""
    test = BackTest.objects.first()
    evenings = test.result["evenings"] if test else {}
    if test is None or not evenings:
        return redirect("home:back-test")
    report = write_report(
        TestedBase(
            name=str(setting("company.name") or _("the company")),
            evenings={date.fromisoformat(iso): evenings[iso] for iso in sorted(evenings)},
            pooled=evenings[max(evenings)]["rankings"],
            knobs={float(knob): row for knob, row in sorted(test.result["knobs"].items())},
            blend=test.result["blend"],
        )
    )
    headers = {"Content-Disposition": f'attachment; filename="back-test-{test.on.isoformat()}.md"'}
    return HttpResponse(report, content_type="text/markdown; charset=utf-8", headers=headers)
