"""Which rule a host has."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.highlights.host_rules import PAGE_HOSTS, HostRules, Rule


def test_a_host_without_a_rule_is_asked():
    assert HostRules().rule_for("cdn.example") is Rule.STORE


@pytest.mark.parametrize("host", PAGE_HOSTS)
def test_pages_around_a_player_are_links_only(host):
    for spelling in (host, f"www.{host}", host.upper(), f"{host}.", f"a.b.{host}"):
        assert HostRules().rule_for(spelling) is Rule.LINK_ONLY


@pytest.mark.parametrize("host", ["notyoutube.com", "youtube.com.example", "com", "x.co", "x.comm"])
def test_a_rule_ends_at_the_dots_of_a_name(host):
    assert HostRules().rule_for(host) is Rule.STORE


def test_the_longest_name_wins():
    rules = HostRules({"a.example": "never", "cdn.a.example": "store", "example": "link_only"})

    assert rules.rule_for("a.example") is Rule.NEVER
    assert rules.rule_for("www.a.example") is Rule.NEVER
    assert rules.rule_for("eu.cdn.a.example") is Rule.STORE
    assert rules.rule_for("b.example") is Rule.LINK_ONLY


def test_a_rule_given_is_laid_over_the_defaults():
    rules = HostRules({"youtube.com": "never", "Redd.IT.": Rule.STORE})

    assert rules.rule_for("m.youtube.com") is Rule.NEVER
    assert rules.rule_for("v.redd.it") is Rule.STORE
    assert rules.rule_for("x.com") is Rule.LINK_ONLY


def test_a_rule_for_every_other_host_makes_a_list_of_the_allowed():
    rules = HostRules({"*": "link_only", "cdn.example": "store"})

    assert rules.rule_for("cdn.example") is Rule.STORE
    assert rules.rule_for("other.example") is Rule.LINK_ONLY
    assert rules.rule_for("93.184.216.34") is Rule.LINK_ONLY


def test_names_in_any_script_are_compared_as_they_are_resolved():
    rules = HostRules({"bücher.example": "never"})

    assert rules.rule_for("XN--BCHER-KVA.example") is Rule.NEVER
    assert rules.rule_for("www.BÜCHER.example") is Rule.NEVER
    assert rules.rule_for("ｙｏｕｔｕｂｅ．com") is Rule.LINK_ONLY


def test_addresses_have_rules_too():
    rules = HostRules({"[2001:DB8::1]": "never", "192.0.2.7": "never"})

    assert rules.rule_for("2001:db8::1") is Rule.NEVER
    assert rules.rule_for("192.0.2.7") is Rule.NEVER


def test_rules_are_written_as_they_are_read():
    rules = HostRules.parse(" b.org = store ,a.com=never,")

    assert str(rules) == "a.com=never,b.org=store"
    assert rules == HostRules({"a.com": "never", "b.org": "store"}) == HostRules.parse(str(rules))
    assert HostRules.parse("") == HostRules() != rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a.com", "'' is no rule"),
        ("a.com=delete", "'delete' is no rule"),
        ("=never", "'' is no host name"),
        ("https://a.com=never", "no host name"),
        ("a.com:8080=never", "no host name"),
        ("*.a.com=never", "no host name"),
        ("a..com=never", "no host name"),
        ("a.com=never,a.com=store", "two different rules"),
        ("a.com=never,A.COM.=store", "two different rules"),
    ],
)
def test_what_is_no_rule_is_named(text, said):
    with pytest.raises(ValueError, match="no host name|no rule|two different rules") as raised:
        HostRules.parse(text)
    assert said in str(raised.value)


@given(st.text())
@example("\ud800.com")
@example("a" * 300)
@example("。")
def test_any_host_has_a_rule(host):
    assert HostRules({"*": "never"}).rule_for(host) in Rule
