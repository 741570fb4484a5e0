"""What the QR page says, in the languages it speaks: English is the key, as with gettext. No I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT = "en"
LANGUAGES = {"en": "ltr", "es": "ltr", "he": "rtl", "pt": "ltr"}
# U+2068 and U+2069 keep what people typed, and numbers of phones, from turning a sentence around.
ISOLATE, END = "\u2068", "\u2069"
LONGEST_WISH = 500

_WISH = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?")

HEBREW = {
    "Link your WhatsApp": "קישור ה-WhatsApp שלך",
    "{workspace} would like to link your WhatsApp. Your phone keeps working as before.": (
        "{workspace} מבקשים לקשר את ה-WhatsApp שלך. הטלפון ימשיך לעבוד כרגיל."
    ),
    "Open WhatsApp on your phone.": "פותחים את WhatsApp בטלפון.",
    "Tap Settings (iPhone) or the three dots (Android), then Linked devices.": (
        "מקישים על הגדרות (iPhone) או על שלוש הנקודות (Android), ואז על מכשירים מקושרים."
    ),
    "Tap Link a device and point the camera at the code.": "מקישים על קישור מכשיר ומכוונים את המצלמה אל הקוד.",
    "Tap Link a device, then Link with phone number instead, and type the code.": (
        "מקישים על קישור מכשיר, ואז על קישור באמצעות מספר טלפון, ומקלידים את הקוד."
    ),
    "Show the QR code": "הצגת קוד ה-QR",
    "QR code": "קוד QR",
    "No camera at hand?": "אין מצלמה בהישג יד?",
    "Link with the phone number": "קישור באמצעות מספר הטלפון",
    "Use the QR code instead": "שימוש בקוד QR במקום זאת",
    "Phone number of this WhatsApp": "מספר הטלפון של ה-WhatsApp הזה",
    "With the country code, for example +44 7700 900123.": "עם קידומת המדינה, לדוגמה \u2066+44 7700 900123\u2069.",
    "Get a code": "קבלת קוד",
    "Copy the code": "העתקת הקוד",
    "Copied": "הועתק",
    "The code is for the phone {phone}.": "הקוד מיועד לטלפון {phone}.",
    "Getting a code": "הקוד בדרך",
    "This takes longer than usual. Please keep the page open.": "זה לוקח יותר זמן מהרגיל. כדאי להשאיר את הדף פתוח.",
    "Waiting for the phone": "ממתינים לטלפון",
    "Not linked yet": "עדיין לא מקושר",
    "New code in {seconds} s": "קוד חדש בעוד {seconds} שנ׳",
    "Good for {seconds} s": "בתוקף עוד {seconds} שנ׳",
    "Linked": "מקושר",
    "The phone is linked. You can close this page.": "הטלפון מקושר. אפשר לסגור את הדף.",
    "Over": "הסתיים",
    "This link was used": "הקישור כבר נוצל",
    "A phone was linked through this link, and it works only once. You can close this page. "
    "To link another phone, ask whoever sent it for a new link.": (
        "טלפון כבר קושר באמצעות הקישור הזה, והוא פועל פעם אחת בלבד. אפשר לסגור את הדף. "
        "כדי לקשר טלפון נוסף, יש לבקש קישור חדש ממי ששלח אותו."
    ),
    "This link was replaced": "הקישור הוחלף",
    "There is a newer link, or this one was taken back. Ask whoever sent it for a new one.": (
        "יש קישור חדש יותר, או שהקישור הזה בוטל. יש לבקש קישור חדש ממי ששלח אותו."
    ),
    "This link does not work right now": "הקישור אינו פועל כרגע",
    "Linking is paused here and may go on later. Ask whoever sent the link.": (
        "הקישור של טלפונים מושהה כאן, וייתכן שיחזור מאוחר יותר. אפשר לפנות למי ששלח את הקישור."
    ),
    "This link has expired": "תוקף הקישור פג",
    "Links like this one work for a limited time. Ask whoever sent it for a new one.": (
        "קישורים כאלה פועלים לזמן מוגבל. יש לבקש קישור חדש ממי ששלח אותו."
    ),
    "Nothing here": "אין כאן דבר",
    "The address is not complete, or there never was such a link. Open the link exactly as it was sent to you, "
    "or ask for a new one.": (
        "הכתובת אינה שלמה, או שמעולם לא היה קישור כזה. יש לפתוח את הקישור בדיוק כפי שנשלח, או לבקש קישור חדש."
    ),
    "The time is over": "הזמן תם",
    "Cancelled": "בוטל",
    "This did not work": "זה לא הצליח",
    "Ask whoever sent you here for a new link.": "יש לבקש קישור חדש ממי ששלח אותך לכאן.",
    "Nobody scanned the code in time.": "אף אחד לא סרק את הקוד בזמן.",
    "The code was not typed in time.": "הקוד לא הוקלד בזמן.",
    "The attempt was cancelled.": "הניסיון בוטל.",
    "This kind of number cannot be linked like that.": "אי אפשר לקשר מספר מסוג זה בדרך הזאת.",
    "This phone is already linked to this workspace.": "הטלפון הזה כבר מקושר כאן.",
    "This phone is already linked here, but paused. Resume it instead.": (
        "הטלפון הזה כבר מקושר כאן, אך מושהה. אפשר לחדש את פעולתו במקום לקשר אותו שוב."
    ),
    "This is not a phone number with its country code.": "זה אינו מספר טלפון עם קידומת מדינה.",
    "Too many codes were asked for through this link. Try again later.": (
        "התבקשו יותר מדי קודים דרך הקישור הזה. אפשר לנסות שוב מאוחר יותר."
    ),
    "Too many phones were linked here in the last hour. Try again later.": (
        "יותר מדי טלפונים קושרו כאן בשעה האחרונה. אפשר לנסות שוב מאוחר יותר."
    ),
    "This did not arrive as it was sent. Load the page again and try once more.": (
        "הבקשה לא הגיעה כפי שנשלחה. יש לטעון את הדף מחדש ולנסות שוב."
    ),
    "This did not work. Ask whoever sent you the link for help.": "זה לא הצליח. אפשר לפנות לעזרה למי ששלח את הקישור.",
    "No connection. Trying again.": "אין חיבור. מנסים שוב.",
    "This page sees no messages.": "הדף הזה אינו רואה הודעות.",
    "The link works once. It ends:": "הקישור פועל פעם אחת. תוקפו עד:",
}

SPANISH = {
    "Link your WhatsApp": "Vincula tu WhatsApp",
    "{workspace} would like to link your WhatsApp. Your phone keeps working as before.": (
        "{workspace} quiere vincular tu WhatsApp. Tu teléfono seguirá funcionando como hasta ahora."
    ),
    "Open WhatsApp on your phone.": "Abre WhatsApp en tu teléfono.",
    "Tap Settings (iPhone) or the three dots (Android), then Linked devices.": (
        "Toca Configuración (iPhone) o los tres puntos (Android) y luego Dispositivos vinculados."
    ),
    "Tap Link a device and point the camera at the code.": "Toca Vincular un dispositivo y apunta la cámara al código.",
    "Tap Link a device, then Link with phone number instead, and type the code.": (
        "Toca Vincular un dispositivo, luego Vincular con el número de teléfono, y escribe el código."
    ),
    "Show the QR code": "Mostrar el código QR",
    "QR code": "Código QR",
    "No camera at hand?": "¿No tienes una cámara a mano?",
    "Link with the phone number": "Vincular con el número de teléfono",
    "Use the QR code instead": "Usar el código QR",
    "Phone number of this WhatsApp": "Número de teléfono de este WhatsApp",
    "With the country code, for example +44 7700 900123.": "Con el prefijo del país, por ejemplo +44 7700 900123.",
    "Get a code": "Obtener un código",
    "Copy the code": "Copiar el código",
    "Copied": "Copiado",
    "The code is for the phone {phone}.": "El código es para el teléfono {phone}.",
    "Getting a code": "Obteniendo un código",
    "This takes longer than usual. Please keep the page open.": (
        "Está tardando más de lo habitual. Deja la página abierta, por favor."
    ),
    "Waiting for the phone": "Esperando al teléfono",
    "Not linked yet": "Aún sin vincular",
    "New code in {seconds} s": "Código nuevo en {seconds} s",
    "Good for {seconds} s": "Válido durante {seconds} s",
    "Linked": "Vinculado",
    "The phone is linked. You can close this page.": "El teléfono está vinculado. Ya puedes cerrar esta página.",
    "Over": "Terminado",
    "This link was used": "Este enlace ya se usó",
    "A phone was linked through this link, and it works only once. You can close this page. "
    "To link another phone, ask whoever sent it for a new link.": (
        "Con este enlace ya se vinculó un teléfono, y solo sirve una vez. Puedes cerrar esta página. "
        "Para vincular otro teléfono, pide un enlace nuevo a quien te lo envió."
    ),
    "This link was replaced": "Este enlace fue reemplazado",
    "There is a newer link, or this one was taken back. Ask whoever sent it for a new one.": (
        "Hay un enlace más reciente, o este fue retirado. Pide uno nuevo a quien te lo envió."
    ),
    "This link does not work right now": "Este enlace no funciona en este momento",
    "Linking is paused here and may go on later. Ask whoever sent the link.": (
        "La vinculación está en pausa y puede reanudarse más tarde. Pregunta a quien te envió el enlace."
    ),
    "This link has expired": "Este enlace ha caducado",
    "Links like this one work for a limited time. Ask whoever sent it for a new one.": (
        "Estos enlaces funcionan durante un tiempo limitado. Pide uno nuevo a quien te lo envió."
    ),
    "Nothing here": "Aquí no hay nada",
    "The address is not complete, or there never was such a link. Open the link exactly as it was sent to you, "
    "or ask for a new one.": (
        "La dirección no está completa, o nunca existió ese enlace. Ábrelo tal como te lo enviaron, o pide uno nuevo."
    ),
    "The time is over": "Se acabó el tiempo",
    "Cancelled": "Cancelado",
    "This did not work": "No ha funcionado",
    "Ask whoever sent you here for a new link.": "Pide un enlace nuevo a quien te envió aquí.",
    "Nobody scanned the code in time.": "Nadie escaneó el código a tiempo.",
    "The code was not typed in time.": "El código no se escribió a tiempo.",
    "The attempt was cancelled.": "El intento fue cancelado.",
    "This kind of number cannot be linked like that.": "Este tipo de número no se puede vincular así.",
    "This phone is already linked to this workspace.": "Este teléfono ya está vinculado aquí.",
    "This phone is already linked here, but paused. Resume it instead.": (
        "Este teléfono ya está vinculado aquí, pero en pausa. Basta con reanudarlo."
    ),
    "This is not a phone number with its country code.": "Esto no es un número de teléfono con el prefijo del país.",
    "Too many codes were asked for through this link. Try again later.": (
        "Se han pedido demasiados códigos con este enlace. Inténtalo más tarde."
    ),
    "Too many phones were linked here in the last hour. Try again later.": (
        "Se han vinculado demasiados teléfonos en la última hora. Inténtalo más tarde."
    ),
    "This did not arrive as it was sent. Load the page again and try once more.": (
        "La petición no llegó como se envió. Vuelve a cargar la página e inténtalo otra vez."
    ),
    "This did not work. Ask whoever sent you the link for help.": (
        "No ha funcionado. Pide ayuda a quien te envió el enlace."
    ),
    "No connection. Trying again.": "Sin conexión. Lo intentamos de nuevo.",
    "This page sees no messages.": "Esta página no ve ningún mensaje.",
    "The link works once. It ends:": "El enlace sirve una sola vez. Caduca:",
}

PORTUGUESE = {
    "Link your WhatsApp": "Conecte seu WhatsApp",
    "{workspace} would like to link your WhatsApp. Your phone keeps working as before.": (
        "{workspace} quer conectar seu WhatsApp. Seu celular continua funcionando como antes."
    ),
    "Open WhatsApp on your phone.": "Abra o WhatsApp no celular.",
    "Tap Settings (iPhone) or the three dots (Android), then Linked devices.": (
        "Toque em Configurações (iPhone) ou nos três pontos (Android) e depois em Dispositivos conectados."
    ),
    "Tap Link a device and point the camera at the code.": (
        "Toque em Conectar dispositivo e aponte a câmera para o código."
    ),
    "Tap Link a device, then Link with phone number instead, and type the code.": (
        "Toque em Conectar dispositivo, depois em Conectar com número de telefone, e digite o código."
    ),
    "Show the QR code": "Mostrar o código QR",
    "QR code": "Código QR",
    "No camera at hand?": "Sem câmera por perto?",
    "Link with the phone number": "Conectar com o número de telefone",
    "Use the QR code instead": "Usar o código QR",
    "Phone number of this WhatsApp": "Número de telefone deste WhatsApp",
    "With the country code, for example +44 7700 900123.": "Com o código do país, por exemplo +44 7700 900123.",
    "Get a code": "Obter um código",
    "Copy the code": "Copiar o código",
    "Copied": "Copiado",
    "The code is for the phone {phone}.": "O código é para o telefone {phone}.",
    "Getting a code": "Obtendo um código",
    "This takes longer than usual. Please keep the page open.": (
        "Está demorando mais que o normal. Por favor, deixe a página aberta."
    ),
    "Waiting for the phone": "Aguardando o celular",
    "Not linked yet": "Ainda não conectado",
    "New code in {seconds} s": "Novo código em {seconds} s",
    "Good for {seconds} s": "Válido por {seconds} s",
    "Linked": "Conectado",
    "The phone is linked. You can close this page.": "O celular está conectado. Você já pode fechar esta página.",
    "Over": "Encerrado",
    "This link was used": "Este link já foi usado",
    "A phone was linked through this link, and it works only once. You can close this page. "
    "To link another phone, ask whoever sent it for a new link.": (
        "Um celular já foi conectado por este link, e ele só funciona uma vez. Você pode fechar esta página. "
        "Para conectar outro celular, peça um novo link a quem o enviou."
    ),
    "This link was replaced": "Este link foi substituído",
    "There is a newer link, or this one was taken back. Ask whoever sent it for a new one.": (
        "Há um link mais novo, ou este foi cancelado. Peça um novo a quem o enviou."
    ),
    "This link does not work right now": "Este link não funciona no momento",
    "Linking is paused here and may go on later. Ask whoever sent the link.": (
        "A conexão está pausada aqui e pode voltar mais tarde. Fale com quem enviou o link."
    ),
    "This link has expired": "Este link expirou",
    "Links like this one work for a limited time. Ask whoever sent it for a new one.": (
        "Links como este funcionam por tempo limitado. Peça um novo a quem o enviou."
    ),
    "Nothing here": "Não há nada aqui",
    "The address is not complete, or there never was such a link. Open the link exactly as it was sent to you, "
    "or ask for a new one.": (
        "O endereço não está completo, ou esse link nunca existiu. Abra o link exatamente como foi enviado, "
        "ou peça um novo."
    ),
    "The time is over": "O tempo acabou",
    "Cancelled": "Cancelado",
    "This did not work": "Não funcionou",
    "Ask whoever sent you here for a new link.": "Peça um novo link a quem enviou você até aqui.",
    "Nobody scanned the code in time.": "Ninguém escaneou o código a tempo.",
    "The code was not typed in time.": "O código não foi digitado a tempo.",
    "The attempt was cancelled.": "A tentativa foi cancelada.",
    "This kind of number cannot be linked like that.": "Este tipo de número não pode ser conectado assim.",
    "This phone is already linked to this workspace.": "Este celular já está conectado aqui.",
    "This phone is already linked here, but paused. Resume it instead.": (
        "Este celular já está conectado aqui, mas pausado. Basta retomá-lo."
    ),
    "This is not a phone number with its country code.": "Este não é um número de telefone com o código do país.",
    "Too many codes were asked for through this link. Try again later.": (
        "Foram pedidos códigos demais por este link. Tente de novo mais tarde."
    ),
    "Too many phones were linked here in the last hour. Try again later.": (
        "Celulares demais foram conectados aqui na última hora. Tente de novo mais tarde."
    ),
    "This did not arrive as it was sent. Load the page again and try once more.": (
        "O pedido não chegou como foi enviado. Recarregue a página e tente mais uma vez."
    ),
    "This did not work. Ask whoever sent you the link for help.": ("Não funcionou. Peça ajuda a quem enviou o link."),
    "No connection. Trying again.": "Sem conexão. Tentando de novo.",
    "This page sees no messages.": "Esta página não vê nenhuma mensagem.",
    "The link works once. It ends:": "O link funciona uma vez só. Ele expira:",
}

CATALOGUE: Mapping[str, Mapping[str, str]] = {"es": SPANISH, "he": HEBREW, "pt": PORTUGUESE}


@dataclass(frozen=True, slots=True)
class Words:
    """One language: called with an English sentence, it says it."""

    lang: str

    @property
    def direction(self) -> str:
        return LANGUAGES[self.lang]

    def __call__(self, english: str, **values: str) -> str:
        """A sentence that the catalogue has not, such as the reason a connector gives, stays English."""
        said = CATALOGUE.get(self.lang, {}).get(english, english)
        isolated = {name: f"{ISOLATE}{value}{END}" for name, value in values.items()}
        return said.format(**isolated) if values else said


def chosen(wanted: str | None, accept_language: str) -> Words:
    """The language asked for in the address, else the best one the browser would like, else English."""
    if wanted and (match := _WISH.fullmatch(wanted[:LONGEST_WISH])) and match[1].lower() in LANGUAGES:
        return Words(match[1].lower())
    return Words(next((lang for lang in _wishes(accept_language[:LONGEST_WISH]) if lang in LANGUAGES), DEFAULT))


def _wishes(accept_language: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first."""
    matches = [match for part in accept_language.split(",") if (match := _WISH.fullmatch(part))]
    rated = [(_weight(match[2]), _old_name(match[1].lower())) for match in matches]
    return [lang for weight, lang in sorted(rated, key=lambda one: -one[0]) if weight > 0]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _old_name(lang: str) -> str:
    """Some Android phones still call Hebrew what it was called before 1989."""
    return "he" if lang == "iw" else lang
