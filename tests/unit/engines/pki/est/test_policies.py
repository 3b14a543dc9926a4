"""Who decides about an enrolment."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.est.policies import Place, claims, role_in, role_of
from strongroom.engines.pki.est.records import EstConfig
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import replace

CONFIG = EstConfig(
    enabled=True,
    default_mount=True,
    default_path_policy="role:web",
    label_to_path_policy={"lab": "sign-verbatim", "iot": "role:device"},
)


@pytest.mark.parametrize(
    ("place", "role"),
    [
        (Place(), "web"),
        (Place(label="lab"), ""),
        (Place(label="iot"), "device"),
        (Place(role="other"), "other"),
    ],
)
def test_who_decides(place: Place, role: str) -> None:
    """The role of the path, else that of the label, else that of the default policy."""
    assert role_of(CONFIG, place) == role
    with pytest.raises(NotFound):
        role_of(replace(CONFIG, enabled=False), place)


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (CONFIG, Place(label="x")),
        (replace(CONFIG, default_path_policy=""), Place()),
        (replace(CONFIG, label_to_path_policy={}), Place(label="lab")),
    ],
)
def test_nobody_decides(config: EstConfig, place: Place) -> None:
    """What isn't configured isn't served."""
    with pytest.raises(NotFound):
        role_of(config, place)


@pytest.mark.parametrize("policy", ["", "verbatim", "web", "role:", "role:a/b", "role:..", "Role:web", "xrole:web"])
def test_what_is_no_policy(policy: str) -> None:
    """The error names the setting."""
    with pytest.raises(InvalidRequest, match=r"^the setting: "):
        role_in(policy, "the setting")


def test_well_known_paths() -> None:
    """Those of labels are served by any mount, the one without a label by the default mount."""
    of_labels = {"est/lab": "est/lab", "est/iot": "roles/device/est"}
    assert claims(CONFIG) == {**of_labels, "est": "roles/web/est"}
    assert claims(replace(CONFIG, default_path_policy="sign-verbatim")) == {**of_labels, "est": "est"}
    assert claims(replace(CONFIG, default_mount=False)) == of_labels
    assert claims(replace(CONFIG, enabled=False)) == {}
