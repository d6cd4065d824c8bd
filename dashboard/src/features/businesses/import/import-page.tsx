"use client";

import { ArrowLeft } from "lucide-react";
import dynamic from "next/dynamic";
import { useMay } from "@/api/session";
import { ButtonLink } from "@/ui/button";
import { PageHead } from "@/ui/page";
import { Empty, Skeleton, Waiting } from "@/ui/states";

const ImportBusinesses = dynamic(() => import("./import-businesses").then((module) => module.ImportBusinesses), {
  ssr: false,
  loading: () => (
    <Waiting label="Loading">
      <Skeleton className="h-80 w-full" />
    </Waiting>
  ),
});

export function ImportPage() {
  const mayImport = useMay("sites:write");
  return (
    <>
      <PageHead
        title="Import businesses"
        actions={
          <ButtonLink look="ghost" icon={ArrowLeft} href="/businesses">
            Businesses
          </ButtonLink>
        }
      />
      {mayImport ? (
        <ImportBusinesses />
      ) : (
        <Empty title="Your role does not let you import">
          Owners, admins and members of this workspace bring businesses in. Ask one of them.
        </Empty>
      )}
    </>
  );
}
