"""The countries of ISO 3166-1 and the themes of the programme.

Programme countries are the fifteen ECOWAS states of 2013 and Mauritania, which left ECOWAS in 2000.
Burkina Faso, Mali and Niger left ECOWAS on 29 January 2025.
"""

import unicodedata

from babel import Locale
from django.db import migrations

ALPHA_2 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR
    CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU
    ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ
    LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
    SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR
    TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
""".split()
ECOWAS = "BJ BF CV CI GM GH GN GW LR ML NE NG SN SL TG".split()
LEFT_IN_2025 = {"BF", "ML", "NE"}
# Cabo Verde joined in 1976 (or 1977 by some sources), the others founded the Community in 1975.
JOINED = {code: "1975-05-28" for code in ECOWAS} | {"CV": "1976"}

THEMES = {
    "labour_migration": {"en": "Labour migration", "fr": "Migration de travail", "pt": "Migração laboral"},
    "border_management": {"en": "Border management", "fr": "Gestion des frontières", "pt": "Gestão de fronteiras"},
    "counter_trafficking": {"en": "Counter-trafficking", "fr": "Lutte contre la traite", "pt": "Combate ao tráfico"},
    "migration_data": {"en": "Migration data", "fr": "Données migratoires", "pt": "Dados sobre migração"},
    "migration_and_development": {
        "en": "Migration and development", "fr": "Migration et développement", "pt": "Migração e desenvolvimento"
    },
    "diaspora": {"en": "Diaspora", "fr": "Diaspora", "pt": "Diáspora"},
    "return_reintegration": {
        "en": "Return and reintegration", "fr": "Retour et réintégration", "pt": "Regresso e reintegração"
    },
    "migrant_information_centres": {
        "en": "Migrant information centres", "fr": "Centres d'information pour migrants",
        "pt": "Centros de informação para migrantes",
    },
    "cross_cutting": {"en": "Cross-cutting", "fr": "Thème transversal", "pt": "Tema transversal"},
}


def fold(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def add_countries_and_themes(apps, schema_editor):
    Country = apps.get_model("institutions", "Country")
    Theme = apps.get_model("institutions", "Theme")
    names = [Locale.parse(locale).territories for locale in ("en_GB", "fr", "pt_PT", "ar")]
    Country.objects.bulk_create(
        Country(
            code=code,
            is_programme_country=code in ECOWAS or code == "MR",
            ecowas_member_from="1975-05-28" if code == "MR" else JOINED.get(code),
            ecowas_member_until="2000" if code == "MR" else "2025-01-29" if code in LEFT_IN_2025 else None,
            search_text=fold(" ".join([code, *(territories.get(code, "") for territories in names)])),
        )
        for code in ALPHA_2
    )
    for code, name in THEMES.items():
        Theme.objects.create(code=code, name=name, search_text=fold(" ".join([code, *name.values()])))


def remove_countries_and_themes(apps, schema_editor):
    apps.get_model("institutions", "Country").objects.all().delete()
    apps.get_model("institutions", "Theme").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("institutions", "0001_initial")]

    operations = [migrations.RunPython(add_countries_and_themes, remove_countries_and_themes)]
