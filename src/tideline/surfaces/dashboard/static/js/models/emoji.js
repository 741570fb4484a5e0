// The emoji one reaches for, in the order of how often that is so.

export const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export const EMOJI = [
  ..."😀😃😄😁😆😅😂🤣😊🙂😉😍😘😋😎🤩🥳🤔🤨😐😏🙄😬😌😴🤒🤕🤧😷🥵🥶😕😟😮😳🥺😢😭😱😤😡🤯🤗🤭🤫",
  ..."👍👎👌🤞🤝👏🙌🙏💪👋🤙👀🧠🎉🎁🎂🎈🏆⭐✨🔥💯✅❌❗❓💬💡📌📎📅⏰⌛📦📞📧💳💰🧾🛒🚚🚗✈🏠🏢",
  ..."☕🍵🍞🍰🍕🍎🥑🌱🌸🌞🌧🌊🐶🐱💙💚💛🧡💜🖤",
  "❤️",
];
