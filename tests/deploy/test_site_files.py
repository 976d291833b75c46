"""The page is deployed with its version in the addresses of its files, and each kind with its caching."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from infra.site_files import VERSIONS, versioned
from infra.unknown_addresses import unknown_addresses
from support.templates import resources, template_of

SITE = ROOT / "site"
WORKER = "'/service-worker.js'"
"""Answers for the pages of all versions, so it belongs to none."""
IMPORTED = re.compile(r"""(?:from |import\(|^import |new URL\()'([^']+)'""", re.MULTILINE)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return versioned(SITE, tmp_path_factory.mktemp("deployed") / "site")


def folder(deployed: Path) -> Path:
    [version] = (deployed / VERSIONS).iterdir()
    return version


def test_the_source_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("here")
    monkeypatch.chdir(tmp_path)
    for out in (Path("site"), site, tmp_path, site / "js", tmp_path / "a" / ".." / "site"):
        with pytest.raises(ValueError, match="no place"):
            versioned(site, out)
    assert (site / "index.html").read_text() == "here"


def test_a_template_in_the_repository_leaves_the_page_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    shutil.copytree(SITE, site)
    monkeypatch.setattr("infra.app.ROOT", tmp_path)
    template_of(tmp_path)
    assert {path.name for path in site.iterdir()} == {path.name for path in SITE.iterdir()}


def test_pages_refer_to_files_of_their_version_alone(deployed: Path) -> None:
    version = folder(deployed).name
    pages = [page for page in deployed.glob("*.html") if page.name != "docs.html"]
    assert len(pages) > 4
    for page in pages:
        text = page.read_text()
        referred = re.findall(r'(?:<link [^>]*href|<script [^>]*src|<img [^>]*src)="([^"]+)"', text)
        assert len(referred) >= 4, page.name
        for address in referred:
            assert address.startswith(f"/{VERSIONS}/{version}/"), (page.name, address)
            assert (deployed / address[1:]).is_file(), address
        links = re.findall(r'<a [^>]*href="([^"]+)"', text)
        assert not any(VERSIONS in link.split("/") for link in links)


def test_files_refer_to_files_of_their_version_alone(deployed: Path) -> None:
    found = 0
    for module in folder(deployed).rglob("*.js"):
        code = module.read_text().replace(WORKER, "")
        text = "\n".join(line for line in code.splitlines() if "/**" not in line and " * @" not in line)
        for address in IMPORTED.findall(text):
            found += 1
            assert address.startswith("."), (module.name, address)
            assert (module.parent / address).is_file(), (module.name, address)
        assert not re.search(r"""['"]/[\w/-]+\.(?:js|css|svg|webp|jpg)['"]""", text), module.name
    assert found > 200
    assert not any("url(" in sheet.read_text() for sheet in folder(deployed).glob("*.css"))


def test_the_version_changes_with_the_content_and_with_nothing_else(deployed: Path, tmp_path: Path) -> None:
    again = versioned(SITE, tmp_path / "again")
    assert folder(again).name == folder(deployed).name
    other = versioned(again, tmp_path / "other")
    assert {path.name for path in (other / VERSIONS).iterdir()} != {folder(again).name}


def test_the_edge_knows_the_versions(deployed: Path) -> None:
    code = unknown_addresses(deployed)
    assert f'"{VERSIONS}"' in code
    assert f"/{VERSIONS}/{folder(deployed).name}/style.css" in code, "the page for unknown addresses"


def test_what_the_service_refers_to_is_there_without_a_version(deployed: Path) -> None:
    for address in re.findall(r'(?:href|src)="/((?:js|style|favicon)[^"]+)"', (SITE / "docs.html").read_text()):
        assert (deployed / address).read_bytes() == (SITE / address).read_bytes()


def test_versions_are_stored_for_good_and_pages_revalidated(template: dict[str, Any]) -> None:
    made = resources(template, "Custom::CDKBucketDeployment")
    [versions] = [each for each in made.values() if each.get("DestinationBucketKeyPrefix") == VERSIONS]
    [pages] = [each for each in made.values() if "DestinationBucketKeyPrefix" not in each]
    assert versions["SystemMetadata"] == {"cache-control": "public, max-age=31536000, immutable"}
    assert versions["Prune"] is False
    assert pages["SystemMetadata"] == {"cache-control": "no-cache"}
    assert (pages["Prune"], pages["Exclude"]) == (True, [f"{VERSIONS}/*"])
    [upload] = [each for each in template["Resources"].values() if each.get("Properties") is pages]
    assert any(name.startswith("SiteVersions") for name in upload["DependsOn"])
    [distribution] = resources(template, "AWS::CloudFront::Distribution").values()
    behaviour = distribution["DistributionConfig"]["DefaultCacheBehavior"]
    assert behaviour["Compress"] is True
    assert behaviour["CachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6", "it compresses: CachingOptimized"
