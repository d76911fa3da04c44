/**
 * Relations: tables and views, which no store keeps. What made one is noted beside it in its database, as a stamp that
 * every execution makes anew; whoever wants to rely on a relation asks for it. Knows no database.
 */
import { relationName, type Relation, type Task } from '@nx-notebook/pipeline';
import type { TaskRef } from './task-runner.js';

/** What a database says of a relation. */
export type RelationAnswer =
  | {
      readonly status: 'stamped';
      /** Unique for each execution. */
      readonly stamp: string;
    }
  /** There is no such relation, or nothing says what made it. */
  | { readonly status: 'absent' }
  /** The database could not be asked; `message` is a whole sentence. */
  | {
      readonly status: 'unknown';
      readonly message: string;
      readonly hint?: string;
    };

/** Asks for the stamp of the relation that a task writes. Never rejects for what a user can cause. */
export type AskRelation = (writer: TaskRef) => Promise<RelationAnswer>;

/** The relation that a task writes, if it writes one. */
export function relationOf({ product }: Task): Relation | undefined {
  return product.kind === 'relation' ? product.relation : undefined;
}

/** What the database says of the relation that a task writes. */
export async function askRelation(
  writer: TaskRef,
  ask: AskRelation | undefined,
): Promise<RelationAnswer> {
  const relation = relationOf(writer.task);
  if (relation?.isStamped !== true) return { status: 'absent' };
  if (ask !== undefined) return ask(writer);
  const message = `Nobody can be asked for ${relationName(relation)}.`;
  return { status: 'unknown', message };
}

/** Why a relation is not what the task's last run made; empty when it is. */
export function relationDifferences(
  relation: Relation,
  stamp: string | undefined,
  answer: RelationAnswer,
): readonly string[] {
  const name = `${relation.type} \`${relationName(relation)}\``;
  if (!relation.isStamped) return [`nothing tells what made ${name}`];
  switch (answer.status) {
    case 'absent':
      return [`${name} is not there, or nothing tells what made it`];
    case 'unknown':
      return [`${name} could not be looked at`];
    case 'stamped':
      return answer.stamp === stamp ? [] : [`${name} was made by another run`];
  }
}
