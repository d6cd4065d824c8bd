"use client";

/** The words of a site. Plain text everywhere: markup means nothing in them. */
import { TextArea, TextField } from "@/ui/field";
import type { SiteContent } from "../site";
import { MOST, replaceAt } from "./content-draft";
import { Lines } from "./lines";

type Props = {
  content: SiteContent;
  errors: Record<string, string | undefined>;
  change: (patch: Partial<SiteContent>) => void;
  isReadOnly: boolean;
};

type Plain = "headline" | "tagline" | "about" | "call_to_action" | "description";

export function WordsForm({ content, errors, change, isReadOnly }: Props) {
  const text = (name: Plain) => ({
    name,
    value: content[name],
    error: errors[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  return (
    <fieldset disabled={isReadOnly} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <legend className="sr-only">Words</legend>
      <TextField label="Headline" maxLength={120} {...text("headline")} />
      <TextArea label="Tagline" rows={2} maxLength={300} inputClassName="min-h-16" {...text("tagline")} />
      <TextArea
        label="About"
        rows={6}
        maxLength={2_000}
        hint="An empty line begins a new paragraph."
        {...text("about")}
      />
      <TextField label="Call to action" maxLength={40} {...text("call_to_action")} />
      <Offers {...{ content, errors, change }} />
      <Highlights {...{ content, errors, change }} />
      <Questions {...{ content, errors, change }} />
      <TextArea
        label="Description"
        rows={2}
        maxLength={300}
        inputClassName="min-h-16"
        hint="For search engines and previews of the address; it is not on the page."
        {...text("description")}
      />
    </fieldset>
  );
}

type Part = Omit<Props, "isReadOnly">;

function Offers({ content: { offers }, errors, change }: Part) {
  return (
    <Lines
      title="Offers"
      one="offer"
      count={offers.length}
      most={MOST.offers}
      error={errors.offers}
      onAdd={() => change({ offers: [...offers, { name: "", text: "" }] })}
      onRemove={(at) => change({ offers: replaceAt(offers, at, null) })}
    >
      {(at) => {
        const offer = offers[at] ?? { name: "", text: "" };
        const set = (patch: Partial<typeof offer>) => change({ offers: replaceAt(offers, at, { ...offer, ...patch }) });
        return (
          <>
            <TextField
              label={`Offer ${at + 1}`}
              maxLength={120}
              value={offer.name}
              error={errors[`offers.${at}.name`]}
              onChange={(event) => set({ name: event.target.value })}
            />
            <TextArea
              label={`What offer ${at + 1} is`}
              isLabelHidden
              rows={2}
              maxLength={300}
              inputClassName="min-h-16"
              value={offer.text}
              error={errors[`offers.${at}.text`]}
              onChange={(event) => set({ text: event.target.value })}
            />
          </>
        );
      }}
    </Lines>
  );
}

function Highlights({ content, errors, change }: Part) {
  const highlights = content.highlights ?? [];
  return (
    <Lines
      title="Highlights"
      one="highlight"
      count={highlights.length}
      most={MOST.highlights}
      error={errors.highlights}
      onAdd={() => change({ highlights: [...highlights, ""] })}
      onRemove={(at) => change({ highlights: replaceAt(highlights, at, null) })}
    >
      {(at) => (
        <TextField
          label={`Highlight ${at + 1}`}
          isLabelHidden
          maxLength={120}
          value={highlights[at] ?? ""}
          error={errors[`highlights.${at}`]}
          onChange={(event) => change({ highlights: replaceAt(highlights, at, event.target.value) })}
        />
      )}
    </Lines>
  );
}

function Questions({ content, errors, change }: Part) {
  const questions = content.questions ?? [];
  return (
    <Lines
      title="Questions"
      one="question"
      count={questions.length}
      most={MOST.questions}
      error={errors.questions}
      onAdd={() => change({ questions: [...questions, { question: "", answer: "" }] })}
      onRemove={(at) => change({ questions: replaceAt(questions, at, null) })}
    >
      {(at) => {
        const one = questions[at] ?? { question: "", answer: "" };
        const set = (patch: Partial<typeof one>) =>
          change({ questions: replaceAt(questions, at, { ...one, ...patch }) });
        return (
          <>
            <TextField
              label={`Question ${at + 1}`}
              maxLength={120}
              value={one.question}
              error={errors[`questions.${at}.question`]}
              onChange={(event) => set({ question: event.target.value })}
            />
            <TextArea
              label={`Answer ${at + 1}`}
              isLabelHidden
              rows={2}
              maxLength={300}
              inputClassName="min-h-16"
              value={one.answer}
              error={errors[`questions.${at}.answer`]}
              onChange={(event) => set({ answer: event.target.value })}
            />
          </>
        );
      }}
    </Lines>
  );
}
