"""Puts calls into the words of a setting's user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from toolsim.apis.api import Api
from toolsim.scenario.needs import Need
from toolsim.scenario.offers import Offers
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.verbs.verb import Args
from toolsim.wording.requests import Mood, Phrasing, Request
from toolsim.wording.ways import ways

_REPHRASED = 4


_LONG = 45
_ASIDE = re.compile(r",? (?:and|up to|unless|if|so that|for the|with the) .*$")


def _shortened(text: str) -> str:
    """Keep the kernel of a long offer: `take an instrument back into the shop`."""
    return _ASIDE.sub("", text) if len(text) > _LONG else text


@dataclass(frozen=True, slots=True)
class Phraser:
    """Puts calls into the words of a setting's user."""

    setting: Setting
    by_key: bool = True
    """Whether rows are named by the key that the person reads off something; if not, as people know them."""

    def request(self, need: Need, leave_out: Sequence[str] = ()) -> Request:
        """Put a whole need into words.

        Raises:
            PlanFailed: nobody would put it like that without what is to be left out.
        """
        request = self._phrasing(need.api).request(need.flats, leave_out)
        for _ in range(_REPHRASED):
            if not (leave_out and request.gaping):
                return request
            request = self._phrasing(need.api).request(need.flats, leave_out)
        raise PlanFailed("it cannot be asked for without that")

    def facts(self, api: Api, args: Args, names: Sequence[str]) -> Request:
        """Put some values into words."""
        return self._phrasing(api).facts(args, names)

    def named(self, api: Api, args: Args, name: str) -> Request:
        """Put one value into words by itself."""
        return self._phrasing(api).named(args, name)

    def _phrasing(self, api: Api) -> Phrasing:
        setting = self.setting
        return Phrasing(setting.world, api, setting.rng, self.by_key, ways(setting.language, Random(setting.seed)))

    def discreet(self, need: Need, offers: Offers, leave_out: Sequence[str] = ()) -> Request:
        """Put a need into words that do not give its API away to somebody who only compares words, if there are such."""
        request = self.request(need, leave_out)
        for _ in range(_REPHRASED):
            if not offers.gives_away(need.api, request.text, self.setting.language):
                break
            request = self.request(need, leave_out)
        return request

    def order(self, need: Need) -> Request:
        """Put a need into words as an order.

        Raises:
            PlanFailed: none of the API's phrases is one.
        """
        for _ in range(_REPHRASED * 2):
            request = self.request(need)
            if request.mood is Mood.IMPERATIVE:
                return request
        raise PlanFailed("it cannot be asked for as an order")

    def offer(self, api: Api) -> Request:
        """Put what an API does into words, without any value, as an order.

        Raises:
            PlanFailed: none of the API's phrases is one.
        """
        for _ in range(_REPHRASED * 2):
            request = self._phrasing(api).bare()
            if request.mood is Mood.IMPERATIVE:
                return replace(request, text=_shortened(request.text)) if self.setting.language == "en" else request
        raise PlanFailed("it cannot be asked for as an order")
