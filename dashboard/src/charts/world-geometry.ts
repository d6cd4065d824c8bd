/** The shapes of the world, projected once. Loaded with the map, not with the page. */
import { geoEqualEarth, geoPath } from "d3-geo";
import type { FeatureCollection, Geometry } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";
import { codeOf, SMALL_PLACES } from "./country-codes";

export const WIDTH = 960;
export const HEIGHT = 428;

export type Shape = { key: string; code: string | null; path: string };
export type Place = readonly [number, number];

const ANTARCTICA = "AQ";
/** Parts of a country that lie far away drag its middle into the sea: France has one in South America. */
const MIDDLES: Readonly<Record<string, Place>> = {
  FR: [2.5, 46.6],
  NO: [9.5, 61.5],
  US: [-98.5, 39.5],
  RU: [95, 62],
  PT: [-8, 39.6],
  NZ: [172, -42],
  CA: [-105, 57],
};

type Names = { name: string };

const topology = atlas as unknown as Topology<{ countries: GeometryCollection<Names> }>;
const world: FeatureCollection<Geometry, Names> = feature(topology, topology.objects.countries);
const countries = world.features
  .map((one, index) => ({ key: String(index), code: codeOf(one.id, one.properties.name), shape: one }))
  .filter(({ code }) => code !== ANTARCTICA);

/** Turned by 11 degrees, or the edge of the map would cut Siberia in two. */
const projection = geoEqualEarth()
  .rotate([-11, 0])
  .fitExtent(
    [
      [2, 2],
      [WIDTH - 2, HEIGHT - 2],
    ],
    { type: "FeatureCollection", features: countries.map(({ shape }) => shape) },
  );
const toPath = geoPath(projection).digits(1);

export const SHAPES: readonly Shape[] = countries.map(({ key, code, shape }) => ({
  key,
  code,
  path: toPath(shape) ?? "",
}));

const middles = new Map<string, Place>();
for (const { code, shape } of countries) if (code) middles.set(code, toPath.centroid(shape));
for (const [code, place] of Object.entries({ ...SMALL_PLACES, ...MIDDLES })) {
  const at = projection([...place]);
  if (at) middles.set(code, at);
}

/** Return the middle of a country on the map, or null when nobody knows where it is. */
export const middleOf = (code: string): Place | null => middles.get(code) ?? null;

/** Whether the country is a dot here. */
export const isSmall = (code: string): boolean => code in SMALL_PLACES;
