"""The bar leads each role to the pages it reaches, and to no other."""

import pytest

from kamizero.model import Role
from review.roles import PEOPLE
from web.api import ROUTERS
from web.app import PAGES
from web.bar import bar_of
from web.rights import rights

REACHED_BY = {
    right.path.removeprefix("/"): right.roles
    for right in rights(PAGES, ROUTERS)
    if right.method == "GET"
}
NAMES = {
    place.name
    for role in PEOPLE
    for place in (*bar_of(role).daily, *bar_of(role).seldom)
}


@pytest.mark.parametrize("role", sorted(PEOPLE))
@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_place_stands_in_the_bar_of_whoever_reaches_it(name: str, role: Role) -> None:
    bar = bar_of(role)

    stands = name in {place.name for place in (*bar.daily, *bar.seldom)}

    assert stands == (role in REACHED_BY[name])
