"""The reasons for leaving that one may choose from: data, so that a project can retire one and keep what was written.

The list is that of esf-rules.md 5.3; the order is that of the form: outcomes first, the rest by how often they happen.
"""

from django.db import migrations

REASONS = [
    ("arbete_asf", "Arbete i socialt företag", "Work in a social enterprise"),
    ("arbete_annan", "Arbete hos annan arbetsgivare", "Work with another employer"),
    ("eget_foretag", "Eget företag", "Own business"),
    ("utbildning", "Utbildning", "Education"),
    ("praktik_annan", "Praktik på annan plats", "Internship elsewhere"),
    (
        "fullfoljt_utan_overgang",
        "Fullföljt utan övergång till arbete eller studier",
        "Completed without a move to work or studies",
    ),
    ("annan_insats", "Annan insats", "Another programme"),
    ("sjukdom", "Sjukdom", "Illness"),
    ("foraldraledig", "Föräldraledighet", "Parental leave"),
    ("flyttat", "Flyttat", "Moved away"),
    ("egen_begaran", "Egen begäran", "Own wish"),
    ("uteblivit", "Har uteblivit", "Stayed away"),
    ("kriminalvard", "Kriminalvård", "Prison or probation"),
    ("pension", "Pension", "Retirement"),
    ("avliden", "Avliden", "Deceased"),
    ("projektslut", "Projektet är slut", "The project has ended"),
    ("felregistrering", "Felregistrering", "Registered by mistake"),
    ("ovrigt", "Övrigt", "Other"),
]


def add_reasons(apps, schema_editor):
    reasons = apps.get_model("participants", "ExitReason").objects
    for position, (code, name_sv, name_en) in enumerate(REASONS, start=1):
        reasons.update_or_create(
            code=code, defaults={"name_sv": name_sv, "name_en": name_en, "position": position * 10}
        )


class Migration(migrations.Migration):
    dependencies = [("participants", "0001_start")]

    # Backwards they stay: stints point at them.
    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
