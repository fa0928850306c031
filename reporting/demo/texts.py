"""What coordinators write in the demo's journal: short, plain, kind. `{hon}`, `{plats}` and `{kurs}` are filled in."""

# ruff: noqa: E501 — a sentence stands on one line.

from __future__ import annotations

# Phase → what happened.
NOTES: dict[str, list[str]] = {
    "start": [
        "Första samtalet. Vi tog god tid på oss. {Hon} berättar att det var länge sedan någon frågade vad {hon} själv vill.",
        "Kartläggning tillsammans med handläggaren. {Hon} är nervös men nyfiken och vill gärna börja med ett par dagar i veckan.",
        "Vi gick igenom vad projektet kan ge och vad det inte kan. {Hon} vill tänka över helgen och hör av sig på måndag.",
        "{Hon} har sovit dåligt länge och är orolig för ekonomin. Vi skrev ner vad som måste lösas först och vem som gör vad.",
        "Lång erfarenhet från köksarbete i hemlandet som aldrig har räknats här. Vi börjar samla intyg.",
        "{Hon} kom i god tid och hade skrivit ner egna frågor. Tydlig med att {hon} inte vill sitta hemma en vinter till.",
    ],
    "work": [
        "Besök på {plats}. {Hon} visade runt med stolthet och kan nu öppna på egen hand.",
        "Trepartssamtal på {plats}. Handledaren är nöjd med tempot. Vi ökar från 12 till 16 timmar i veckan.",
        "{Hon} har varit på plats alla dagar den här månaden. Det är första gången på flera år, säger {hon} själv.",
        "Det var stökigt på {plats} i förra veckan och {hon} drog sig undan. Vi pratade om hur {hon} kan säga ifrån tidigare.",
        "{Hon} har börjat lära upp en ny kollega i kassan. Handledaren frågar om {hon} vill ta hand om beställningarna.",
        "Morgnarna är svåra. Vi provar att börja klockan nio och följer upp om två veckor.",
        "Kort avstämning på telefon. {Hon} trivs, ryggen håller och arbetskamraterna hör av sig när {hon} är borta.",
        "{Hon} vågade svara i telefon för första gången. En liten sak för andra, en stor sak för {henne}.",
        "Samtal om vad som skulle behövas för en anställning på {plats}. {Hon} vill, men är rädd för att ersättningen försvinner.",
        "{Hon} har bytt från eftermiddagar till förmiddagar på {plats}. Barnen hämtas i tid och stressen har minskat.",
        "Vi räknade tillsammans på vad en lön från {plats} skulle betyda. Skillnaden var större än {hon} trodde.",
        "{Hon} höll i morgonmötet på {plats} för första gången och var nöjd efteråt.",
        "Handledaren på {plats} ser att {hon} tar egna initiativ. Vi skriver in det i planen.",
        "{Hon} undrar om {hon} får prova en annan avdelning på {plats}. Vi bestämmer en provvecka.",
        "Lugn period. {Hon} kommer som {hon} ska, gör sitt och skämtar med kunderna.",
        "{Hon} vill lära sig kassasystemet på {plats}. En kollega visar på tisdagar.",
        "Avstämning om arbetstiden. {Hon} orkar mer än i våras och vill öka med en dag, i sin egen takt.",
    ],
    "course": [
        "{kurs} går bra. {Hon} läser på eftermiddagarna och säger att det hänger ihop med det {hon} gör på {plats}.",
        "Läraren på {kurs} hörde av sig: {hon} ligger före i praktiken men behöver mer tid för texterna. Läshjälp på torsdagar.",
        "{Hon} har klarat första delen av {kurs}. Vi firade med kaffe och planerade nästa del.",
        "{Hon} tycker att svenskan på {kurs} är svår. Vi ordnade en språkvän bland arbetskamraterna på {plats}.",
    ],
    "hard": [
        "{Hon} har varit borta i två veckor. Ringde; det är tungt hemma. Vi sänker takten och behåller platsen.",
        "Kom inte till mötet. Skickade ett meddelande utan krav. {Hon} svarade på kvällen och vill ses nästa vecka.",
        "Ny läkarkontakt. {Hon} är lättad över att bli tagen på allvar. Vi pausar utbildningen till nästa månad.",
        "Brevet från kassan skapade mycket oro. Vi ringde dit tillsammans och fick det rett ut.",
    ],
    "near": [
        "Möte med Arbetsförmedlingen om stöd vid anställning på {plats}. Underlaget är klart, beslut väntas inom tre veckor.",
        "{Hon} fick frågan om att stanna på {plats}. Vi gick igenom vad det betyder för ersättning, skatt och barnens avgifter.",
        "Övningsintervju i dag. {Hon} kan beskriva sina styrkor utan att be om ursäkt. Det har hänt mycket sedan i höstas.",
        "Vi skrev klart ansökan och läste den högt för varandra. {Hon} skickade den själv.",
    ],
    "after": [
        "Ringde för att höra hur det går. {Hon} låter trygg och har fått nycklar till jobbet.",
        "Samtal efter avslutet. Det går upp och ner, men {hon} vet vem {hon} ska ringa.",
        "{Hon} kom förbi och hälsade på. Berättade om arbetskamraterna och om den första egna lönen.",
    ],
}

# Phase → next step.
STEPS: dict[str, list[str]] = {
    "start": [
        "Studiebesök på {plats}",
        "Samla intyg och betyg",
        "Boka trepartssamtal med handläggaren",
        "Ringa om ersättningen",
        "Gå igenom samtycken",
    ],
    "work": [
        "Trepartssamtal på {plats}",
        "Följa upp arbetstiden",
        "Stämma av med handledaren",
        "Prata om fler timmar",
        "Prova en ny arbetsuppgift",
    ],
    "course": ["Stämma av med läraren", "Planera nästa del av {kurs}", "Ordna läshjälp"],
    "hard": ["Ringa och höra hur det är", "Träffas över en kopp kaffe", "Ta kontakt med vårdcentralen"],
    "near": [
        "Påminna om beslut om lönestöd",
        "Gå igenom anställningsavtalet",
        "Kontakta arbetsgivaren",
        "Förbereda avslutssamtal",
    ],
    "after": ["Uppföljning efter sex månader", "Ringa om en månad"],
}

PARTNER_NOTES = [
    "Avstämning med socialsekreteraren: ekonomiskt bistånd är beviljat till och med nästa månad, inget hinder för fler timmar.",
    "Arbetsförmedlingen bekräftar att placeringen är godkänd och att aktivitetsstödet löper på.",
    "Planen är uppdaterad tillsammans med deltagaren. Nästa gemensamma möte hålls på arbetsplatsen.",
    "Deltagaren vill att vi samordnar våra möten så att det blir en dag i veckan i stället för tre.",
]

COURSES = [
    "Kök och service med branschsvenska",
    "Lokalvård, grundkurs",
    "Svenska för arbetslivet",
    "Trädgård och odling, yrkeskurs",
    "Butik och kassa",
    "Digital baskunskap",
    "Matematik på grundläggande nivå",
    "Livsmedelshygien och egenkontroll",
    "Fastighetsskötsel, introduktion",
    "Kooperativt företagande för medarbetare",
]

QUALIFICATIONS = [
    "Truckkort",
    "Yrkesbevis lokalvård",
    "Intyg om livsmedelshygien, godkänt prov",
    "Betyg i yrkessvenska",
]

# Kinds of places, not names: no real employer or school is meant.
EMPLOYERS = [
    "Hemtjänsten, kommunen",
    "Förskola i stadsdelen",
    "Lager och logistik, grossist",
    "Restaurang i centrum",
    "Äldreboende, kommunen",
    "Städföretag på Hisingen",
    "Livsmedelsbutik i Partille",
    "Park och natur, kommunen",
    "Byggföretag, förråd",
]
SCHOOLS = ["Komvux, gymnasial nivå", "Folkhögskola, allmän kurs", "Yrkeshögskola", "Yrkesvux, vård och omsorg"]
INTERNSHIP_HOSTS = ["Skolkök", "Stadsdelsbibliotek", "Fritidsgård", "Sjukhusets förråd", "Återvinningscentral"]
