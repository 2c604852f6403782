"""The embedded portal's `ckan.ini`: written at every start from what is decided here.

Here belongs each setting that differs from CKAN's own and why. Not here: how servers are started.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ternopil_pipelines.local_portal.credentials import Credentials
from ternopil_pipelines.local_portal.places import Places

SITE_TITLE = "Портал відкритих даних Тернополя"
SITE_DESCRIPTION = "Демонстрація на цьому комп'ютері"
SITE_INTRODUCTION = (
    "# Відкриті дані міста\n\nТут міська рада публікує набори даних, якими вона володіє: їх можна переглядати, "
    "завантажувати й використовувати вільно.\n\nЦей портал працює лише на цьому комп'ютері, для показу й перевірки."
)

TITLE_STYLE = (
    ".masthead hgroup h1 {font-size: 1.5rem; line-height: 1.2; letter-spacing: 0; margin: 0}"
    " .masthead hgroup h1 a, .masthead hgroup h1 a:hover {color: #fff; text-decoration: none; opacity: 1}"
    " .masthead hgroup h2 {position: static; color: #d5e6ec; font-size: 0.9rem; margin: 4px 0 0}"
    " .masthead .navigation .nav-link, .masthead .nav > li > a {white-space: nowrap}"
)

OWNER_ROLE, READER_ROLE = "ckan_default", "datastore_default"
MAIN_DATABASE, DATASTORE_DATABASE = "ckan_default", "datastore_default"

# The search plugin comes first: another plugin that talks to the index must meet ours.
PLUGINS = "ternopil_search ternopil_look activity datastore datatables_view text_view image_view"

LOGGING = """
[loggers]
keys = root, ckan, ckanext

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = WARNING
handlers = console
qualname = ckan
propagate = 0

[logger_ckanext]
level = WARNING
handlers = console
qualname = ckanext
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""


def database_url(sockets: Path, *, role: str, database: str, driver: str = "") -> str:
    return f"postgresql{driver}://{role}@/{database}?host={quote(str(sockets))}"


def render(places: Places, credentials: Credentials, *, port: int, redis_port: int) -> str:
    def database(role: str, name: str) -> str:
        return database_url(places.sockets, role=role, database=name)

    settings = {
        "SECRET_KEY": credentials.secret_key,
        "ckan.site_url": site_url(port),
        "ckan.site_id": "default",
        "ckan.site_title": SITE_TITLE,
        "ckan.site_description": SITE_DESCRIPTION,
        # Without CKAN's logo the title stands in its place, dark on dark.
        "ckan.site_logo": "",
        "ckan.site_custom_css": TITLE_STYLE,
        "ckan.site_intro_text": SITE_INTRODUCTION,
        "ckan.site_about": SITE_INTRODUCTION,
        "sqlalchemy.url": database(OWNER_ROLE, MAIN_DATABASE),
        "ckan.datastore.write_url": database(OWNER_ROLE, DATASTORE_DATABASE),
        "ckan.datastore.read_url": database(READER_ROLE, DATASTORE_DATABASE),
        # Half the time of a bulk insert: 100,000 rows in 14 s instead of 28.
        "ckan.datastore.sqlalchemy.executemany_mode": "values_plus_batch",
        "ckan.datastore.sqlsearch.enabled": "false",
        "ckan.redis.url": f"redis://:{credentials.redis_password}@127.0.0.1:{redis_port}/0",
        "ckan.plugins": PLUGINS,
        # Required by CKAN; nothing is ever asked there.
        "solr_url": "http://127.0.0.1:9/solr",
        "ternopil.search.switch": str(places.search_switch),
        # The classic storage swaps an uploaded file whole; CKAN 2.12's own writes over it while people read.
        "ckan.storage_path": str(places.storage),
        "ckan.max_resource_size": "300",
        "ckan.max_image_size": "10",
        # `uk` holds 35 of CKAN's 1,200 texts, `uk_UA` 728.
        "ckan.locale_default": "uk_UA",
        "ckan.locales_offered": "uk_UA en",
        "ckan.locale_order": "uk_UA en",
        "ckan.display_timezone": "Europe/Kyiv",
        "ckan.views.default_views": "datatables_view text_view image_view",
        "ckan.preview.json_formats": "json jsonld geojson",
        # The city's real portal was overrun by accounts made for spam.
        "ckan.auth.create_user_via_web": "false",
        "ckan.auth.create_user_via_api": "false",
        "ckan.auth.user_create_organizations": "false",
        "ckan.auth.user_create_groups": "false",
        "ckan.auth.create_unowned_dataset": "false",
        "ckan.auth.create_dataset_if_not_in_organization": "false",
        "ckan.auth.public_user_details": "false",
    }
    # ConfigParser reads % as the beginning of a reference and an indented line as the value's next one.
    lines = [f"{name} = {value.replace('%', '%%')}".replace("\n", "\n    ") for name, value in settings.items()]
    return "\n".join(["[DEFAULT]", "debug = false", "", "[app:main]", "use = egg:ckan", *lines, LOGGING])


def site_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
