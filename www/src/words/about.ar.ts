// The sentences of the screen About, in Arabic.
// Not yet read by a native speaker who works with commissions.
import type { Translated } from "../en.ts";
import type { en } from "./about.en.ts";

export const ar: Translated<typeof en> = {
  about_privacy: "أين بياناتك",
  about_privacy_1: "تقرأ هذه الصفحة الملفات وتحسب فيها. لا يُرفع أي شيء؛ لا حساب ولا خادم ولا تتبع.",
  about_privacy_2:
    "لا تسمح سياسة أمان الصفحة بالوصول إلا إلى ملفاتها نفسها؛ ويجري الحساب في عامل يتخلى عن كل مخرج قبل أن يرى ملفًا.",
  about_formats: "ما يمكن فتحه",
  about_format_project: "مجلد مشروع أو ملف ZIP منه: earnmark.toml والخطط (.rhai) والبيانات",
  about_format_export:
    "ملف مُصدَّر وحده، CSV أو JSON أو مصنف Excel (XLSX)، فيه صف لكل صفقة؛ تُخمَّن أعمدته ويمكن تغييرها",
  about_format_limit: "حتى {limit} ميغابايت دفعة واحدة؛ وسطر الأوامر يقبل أي حجم",
  about_versions: "الإصدارات والبصمات",
  about_engine: "المحرك",
  about_page: "الصفحة",
  about_digest_lead:
    "البصمة هي SHA-256. من يرَ بصمة التشغيل نفسها فقد شغّل المحرك نفسه على الخطط والبيانات نفسها ووصل إلى النتيجة نفسها. والبصمات هنا عن فترات الصرف كلها معًا.",
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
