// The sentences of opening and keeping files and of working offline, in both languages.
import type { Counted, Translated } from "../en.ts";

export const en = {
  mapping_title: "What the columns mean",
  mapping_lead:
    "Say which column of {file} is what. Dates, numbers and their signs are read as the values show.",
  mapping_needed: "needed",
  mapping_none: "none",
  mapping_missing: "Still to say: {fields}",
  mapping_remembered:
    "This browser remembers the names of the columns, for the next file with the same header.",
  mapping_open: "Open with these columns",
  mapping_change: "Change the columns",
  field_id: "Number of the deal",
  field_payee: "Payee",
  field_filter: "Stage (won deals only)",
  field_second_payee: "Second payee",
  field_share_of_the_second_payee: "Share of the second payee",
  field_manager: "Manager",
  leave_out: { one: "Open without this row", other: "Open without these {n} rows" },
  leave_out_lead:
    "Everything will then say that it is incomplete, and its digest too. The command line refuses instead.",
  keep_files: "Remember on this device",
  keep_lead:
    "Off: files are gone when this page is closed. On: this browser keeps the last ones and opens them again.",
  not_kept: "This browser refused to keep the files.",
  forget: "Forget everything",
  forget_lead:
    "Removes the files, drafts and choices that this browser keeps, and the copy of the page that works offline.",
  forgotten: "Forgotten. This is the sample again.",
  served: "Served from the project's folder by the command line. Reload after a change on disk.",
  served_ledger:
    "This project has closed periods. The page works everything out anew and does not read the ledger: what a close posted stands in the command line's statements.",
  offline: "Offline. Everything still works.",
  new_version: "A new version is ready.",
  reload: "Reload",
} as const satisfies Record<string, string | Counted>;

export const ar: Translated<typeof en> = {
  mapping_title: "معاني الأعمدة",
  mapping_lead: "قل أي عمود من {file} هو ماذا. تُقرأ التواريخ والأرقام وعلاماتها كما تُظهرها القيم.",
  mapping_needed: "لازم",
  mapping_none: "لا شيء",
  mapping_missing: "بقي أن تحدد: {fields}",
  mapping_remembered: "يتذكر هذا المتصفح أسماء الأعمدة للملف التالي الذي له الرأس نفسه.",
  mapping_open: "افتح بهذه الأعمدة",
  mapping_change: "غيّر الأعمدة",
  field_id: "رقم الصفقة",
  field_payee: "المستحق",
  field_filter: "المرحلة (الصفقات الرابحة فقط)",
  field_second_payee: "المستحق الثاني",
  field_share_of_the_second_payee: "حصة المستحق الثاني",
  field_manager: "المدير",
  leave_out: {
    zero: "افتح كما هو",
    one: "افتح من دون هذا الصف",
    two: "افتح من دون هذين الصفين",
    few: "افتح من دون هذه الصفوف ({n})",
    many: "افتح من دون هذه الصفوف ({n})",
    other: "افتح من دون هذه الصفوف ({n})",
  },
  leave_out_lead: "سيُذكر عندئذ في كل شيء أنه غير مكتمل، وفي بصمته أيضًا. أما سطر الأوامر فيرفض.",
  keep_files: "تذكّر على هذا الجهاز",
  keep_lead: "مطفأ: تزول الملفات عند إغلاق الصفحة. مشغّل: يحفظ هذا المتصفح آخر ملفات ويفتحها ثانية.",
  not_kept: "رفض هذا المتصفح حفظ الملفات.",
  forget: "انسَ كل شيء",
  forget_lead: "يزيل ما يحفظه هذا المتصفح من ملفات ومسودات واختيارات، ونسخة الصفحة التي تعمل دون اتصال.",
  forgotten: "نُسي كل شيء. هذه البيانات التجريبية من جديد.",
  served: "يقدّمها سطر الأوامر من مجلد المشروع. أعد التحميل بعد تغيير على القرص.",
  served_ledger:
    "لهذا المشروع فترات مغلقة. تحسب الصفحة كل شيء من جديد ولا تقرأ الدفتر: ما رُحّل عند الإغلاق مذكور في كشوف سطر الأوامر.",
  offline: "دون اتصال. كل شيء يعمل مع ذلك.",
  new_version: "نسخة جديدة جاهزة.",
  reload: "أعد التحميل",
};
