"""Addresses of a complaint's own pages, and a browser that asks for a part of one."""

HX = {"HTTP_HX_REQUEST": "true"}


def case_url(complaint, act=""):
    return f"/complaints/{complaint.pk}/{act + '/' if act else ''}"


def as_htmx(client, target):
    client.defaults |= {**HX, "HTTP_HX_TARGET": target}
    return client
