// The sentences of the screen About, in both languages; they come with the screen.
import type { Counted, Translated } from "../en.ts";
import { speak } from "../i18n.ts";

export const en = {
  about_privacy: "Where your data is",
  about_privacy_1:
    "Files are read by this page and worked out in it. Nothing is uploaded; there is no account, no server and no tracking.",
  about_privacy_2:
    "The security policy of the page lets it reach nothing but its own files; the calculation runs in a worker that gives up every way out before it sees a file.",
  about_formats: "What can be opened",
  about_format_project: "A project folder, or a ZIP of one: earnmark.toml, plans (.rhai) and data",
  about_format_export:
    "An export alone: CSV with one row a deal; its columns are guessed, and can be changed",
  about_format_limit: "Up to {limit} MB at once; the command line takes any size",
  about_versions: "Versions and digests",
  about_engine: "Engine",
  about_page: "Page",
  about_digest_lead:
    "A digest is a fingerprint (SHA-256). Who sees the same run digest has run the same engine on the same plans and data, and got the same result.",
  about_limits: "What was not tested",
  about_limits_1:
    "The page is tested in Chromium. No screen reader was run; the Arabic sentences await a native reader.",
  about_keyboard: "Keyboard",
  about_licences: "Licences",
  about_licences_lead:
    "Earnmark is free software under the Apache License 2.0 or the MIT License. It is built on:",
  about_licences_all: "All licence texts",
  about_licence_none: "The list is made when the page is built with its engine.",
  about_package: "Package",
  about_version: "Version",
  about_licence: "Licence",
} as const satisfies Record<string, string | Counted>;

export const ar: Translated<typeof en> = {
  about_privacy: "أين بياناتك",
  about_privacy_1: "تقرأ هذه الصفحة الملفات وتحسب فيها. لا يُرفع أي شيء؛ لا حساب ولا خادم ولا تتبع.",
  about_privacy_2:
    "لا تسمح سياسة أمان الصفحة بالوصول إلا إلى ملفاتها نفسها؛ ويجري الحساب في عامل يتخلى عن كل مخرج قبل أن يرى ملفًا.",
  about_formats: "ما يمكن فتحه",
  about_format_project: "مجلد مشروع أو ملف ZIP منه: earnmark.toml والخطط (.rhai) والبيانات",
  about_format_export: "ملف مُصدَّر وحده: CSV فيه صف لكل صفقة؛ تُخمَّن أعمدته ويمكن تغييرها",
  about_format_limit: "حتى {limit} ميغابايت دفعة واحدة؛ وسطر الأوامر يقبل أي حجم",
  about_versions: "الإصدارات والبصمات",
  about_engine: "المحرك",
  about_page: "الصفحة",
  about_digest_lead:
    "البصمة هي SHA-256. من يرَ بصمة التشغيل نفسها فقد شغّل المحرك نفسه على الخطط والبيانات نفسها ووصل إلى النتيجة نفسها.",
  about_limits: "ما لم يُختبر",
  about_limits_1: "اختُبرت الصفحة في Chromium. لم يُجرَّب قارئ شاشة؛ والجمل العربية تنتظر قارئًا ناطقًا بها.",
  about_keyboard: "لوحة المفاتيح",
  about_licences: "التراخيص",
  about_licences_lead: "Earnmark برنامج حر بترخيص Apache 2.0 أو MIT. وهو مبني على:",
  about_licences_all: "نصوص التراخيص كلها",
  about_licence_none: "تُنشأ القائمة عند بناء الصفحة مع محركها.",
  about_package: "الحزمة",
  about_version: "الإصدار",
  about_licence: "الترخيص",
};

export const a = speak(en, ar);
